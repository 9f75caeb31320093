//! The page as a screen reader hears it: Chromium's own accessibility tree, searched by role and name.

use std::collections::HashMap;

use anyhow::{Result, bail};
use serde_json::Value;

/// One thing on the page that a person can hear of.
#[derive(Debug, Clone, Default)]
pub struct Part {
    pub role: String,
    /// The accessible name.
    pub name: String,
    /// What `aria-describedby` adds: hint and error.
    pub description: String,
    pub value: String,
    pub invalid: bool,
    pub required: bool,
    pub disabled: bool,
    pub checked: bool,
    pub focused: bool,
    /// The DOM node behind it.
    pub node: i64,
    parent: String,
    id: String,
}

/// What a person may want to do with a part, and the roles that allow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Field,
    Radio,
    Checkbox,
    List,
    Press,
    Control,
}

impl Kind {
    fn roles(self) -> &'static [&'static str] {
        match self {
            Self::Field => &["textbox", "searchbox", "spinbutton", "Date", "DateTime", "InputTime"],
            Self::Radio => &["radio"],
            Self::Checkbox => &["checkbox", "switch"],
            Self::List => &["combobox", "listbox"],
            Self::Press => &["button", "link", "DisclosureTriangle", "tab", "menuitem"],
            Self::Control => {
                &["textbox", "searchbox", "spinbutton", "radio", "checkbox", "combobox", "listbox", "button"]
            }
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Field => "text field",
            Self::Radio => "radio button",
            Self::Checkbox => "checkbox",
            Self::List => "list",
            Self::Press => "button or link",
            Self::Control => "control",
        }
    }
}

/// Between the name of a group, row or landmark and what is wanted inside it: `Date of birth › Day`.
const INSIDE: &str = " › ";

#[derive(Debug)]
pub struct Outline {
    /// In the order of the document.
    pub parts: Vec<Part>,
    parents: HashMap<String, usize>,
}

impl Outline {
    /// From `Accessibility.getFullAXTree`.
    pub fn of(tree: &Value) -> Self {
        let nodes = tree.get("nodes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let order = in_reading_order(nodes);
        let parts: Vec<Part> = order.into_iter().map(part).collect();
        let parents = parts.iter().enumerate().map(|(at, part)| (part.id.clone(), at)).collect();
        Self { parts, parents }
    }

    /// The one part of that kind and name; otherwise an error that says what there is instead.
    pub fn find(&self, kind: Kind, wanted: &str) -> Result<&Part> {
        let (scope, name) =
            wanted.rsplit_once(INSIDE).map_or((None, wanted), |(scope, name)| (Some(scope), name));
        let of_kind: Vec<&Part> =
            self.parts.iter().filter(|part| kind.roles().contains(&part.role.as_str())).collect();
        let name = plain(name);
        let inside = |part: &Part| scope.is_none_or(|scope| self.is_inside(part, scope));
        let exactly = |part: &&&Part| plain(&part.name) == name && inside(part);
        let mut found: Vec<&&Part> = of_kind.iter().filter(exactly).collect();
        if found.is_empty() {
            // A name that goes on with a hint, as that of a choice does: its beginning is enough if it is alone.
            let start = format!("{name} ");
            found =
                of_kind.iter().filter(|part| plain(&part.name).starts_with(&start) && inside(part)).collect();
        }
        match found.as_slice() {
            [one] if one.disabled => bail!("the {} `{wanted}` is disabled", kind.words()),
            [one] => Ok(one),
            [] => {
                let names: Vec<String> = of_kind.iter().map(|part| format!("`{}`", part.name)).collect();
                bail!("there is no {} `{wanted}`; there are: {}", kind.words(), names.join(", "))
            }
            several => bail!(
                "{} times there is a {} `{wanted}`, which a person who listens cannot tell apart; \
                 if the surroundings tell, say `group or row{INSIDE}{wanted}`",
                several.len(),
                kind.words()
            ),
        }
    }

    fn is_inside(&self, part: &Part, scope: &str) -> bool {
        let scope = plain(scope);
        let mut at = self.parent(part);
        while let Some(around) = at {
            if plain(&around.name) == scope || around.role == scope {
                return true;
            }
            // A row is called by what heads it, or by any cell.
            if around.role == "row"
                && self.parts.iter().any(|cell| cell.parent == around.id && plain(&cell.name) == scope)
            {
                return true;
            }
            at = self.parent(around);
        }
        false
    }

    fn parent(&self, part: &Part) -> Option<&Part> {
        self.parents.get(&part.parent).and_then(|at| self.parts.get(*at))
    }
}

/// Chromium lists the tree by generations.
fn in_reading_order(nodes: &[Value]) -> Vec<&Value> {
    let by_id: HashMap<&str, &Value> =
        nodes.iter().filter_map(|node| Some((node.get("nodeId")?.as_str()?, node))).collect();
    let mut left: Vec<&Value> = nodes.iter().filter(|node| node.get("parentId").is_none()).collect();
    let mut order = Vec::new();
    while let Some(node) = left.pop() {
        order.push(node);
        let children = node.get("childIds").and_then(Value::as_array).into_iter().flatten().rev();
        left.extend(children.filter_map(|id| by_id.get(id.as_str()?).copied()));
    }
    order
}

fn part(node: &Value) -> Part {
    let text = |pointer: &str| node.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let property = |name: &str| {
        let mut all = node.get("properties").and_then(Value::as_array).into_iter().flatten();
        let found = all.find(|property| property.get("name").and_then(Value::as_str) == Some(name));
        let value = found.and_then(|property| property.pointer("/value/value"));
        value.is_some_and(|value| *value == Value::Bool(true) || value.as_str() == Some("true"))
    };
    Part {
        role: text("/role/value"),
        name: text("/name/value"),
        description: text("/description/value"),
        value: text("/value/value"),
        invalid: property("invalid"),
        required: property("required"),
        disabled: property("disabled"),
        checked: property("checked"),
        focused: property("focused"),
        node: node.get("backendDOMNodeId").and_then(Value::as_i64).unwrap_or_default(),
        parent: text("/parentId"),
        id: text("/nodeId"),
    }
}

/// A name without the mark of a required field, which a person does not read as part of it, and with single spaces.
pub fn plain(name: &str) -> String {
    let words = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = words.trim_end_matches("(required)").trim_end();
    words.trim_end_matches('*').trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn node(id: &str, parent: &str, role: &str, name: &str) -> Value {
        json!({ "nodeId": id, "parentId": parent, "role": { "value": role }, "name": { "value": name },
                "backendDOMNodeId": id.parse::<i64>().unwrap(),
                "properties": [{ "name": "invalid", "value": { "value": "true" } }] })
    }

    fn outline() -> Outline {
        let mut root = json!({ "nodeId": "1", "role": { "value": "RootWebArea" }, "childIds": ["2", "4"] });
        root["name"] = json!({ "value": "Page" });
        let mut birth = node("2", "1", "group", "Date of birth");
        birth["childIds"] = json!(["3"]);
        let mut start = node("4", "1", "group", "Start");
        start["childIds"] = json!(["5"]);
        let day = node("3", "2", "textbox", "Day *");
        let nodes = [root, birth, start, node("5", "4", "textbox", "Day"), day];
        Outline::of(&json!({ "nodes": nodes }))
    }

    #[test]
    fn a_name_is_looked_up_inside_its_group_and_without_the_mark_of_a_required_field() {
        let outline = outline();
        assert_eq!(outline.find(Kind::Field, "Date of birth › Day").unwrap().node, 3);
        assert_eq!(outline.find(Kind::Field, "Start › Day").unwrap().node, 5);
        assert!(outline.find(Kind::Field, "Start › Day").unwrap().invalid);
    }

    #[test]
    fn what_is_missing_or_doubled_is_said_with_what_there_is() {
        let outline = outline();
        let doubled = outline.find(Kind::Field, "Day").unwrap_err().to_string();
        assert!(doubled.starts_with("2 times"), "{doubled}");
        let missing = outline.find(Kind::Field, "Month").unwrap_err().to_string();
        assert!(missing.ends_with("there are: `Day *`, `Day`"), "{missing}");
    }
}
