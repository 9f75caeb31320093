//! A strict reader for the HTML that our templates write. It accepts less than a browser does, so that a slip shows.

/// An element with its attributes, or text, in document order.
#[derive(Debug, Clone)]
pub enum Node {
    Open { tag: String, attributes: Vec<(String, String)> },
    Close { tag: String },
    Text(String),
}

const VOID: [&str; 7] = ["meta", "link", "input", "br", "img", "hr", "wbr"];

/// Reads a document, or says what is wrong with it and where.
pub fn read(html: &str) -> Result<Vec<Node>, String> {
    let mut nodes = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut rest = html.strip_prefix("<!doctype html>").ok_or("no doctype")?;
    while !rest.is_empty() {
        let Some(start) = rest.find('<') else {
            nodes.push(Node::Text(text(rest)?));
            break;
        };
        if start > 0 {
            nodes.push(Node::Text(text(&rest[..start])?));
        }
        rest = &rest[start..];
        let end = tag_end(rest).ok_or_else(|| format!("unclosed tag at {:.40}", rest))?;
        let inner = &rest[1..end];
        rest = &rest[end + 1..];
        if let Some(tag) = inner.strip_prefix('/') {
            if open.pop().as_deref() != Some(tag) {
                return Err(format!("</{tag}> closes nothing, or something else"));
            }
            nodes.push(Node::Close { tag: tag.to_owned() });
            continue;
        }
        let empty = inner.ends_with('/');
        let (tag, attributes) = element(inner.trim_end_matches('/'))?;
        let stays = !empty && !VOID.contains(&tag.as_str());
        nodes.push(Node::Open { tag: tag.clone(), attributes });
        if stays {
            open.push(tag);
        }
    }
    if open.is_empty() { Ok(nodes) } else { Err(format!("never closed: {open:?}")) }
}

fn tag_end(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(i, c)| {
        if c == '"' {
            quoted = !quoted;
        }
        (c == '>' && !quoted).then_some(i)
    })
}

fn element(inner: &str) -> Result<(String, Vec<(String, String)>), String> {
    let (tag, mut rest) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    if !tag.chars().all(|c| c.is_ascii_alphanumeric()) || tag.is_empty() {
        return Err(format!("odd tag <{tag}>"));
    }
    let mut attributes: Vec<(String, String)> = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        let stop = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let name = rest[..stop].to_owned();
        rest = &rest[stop..];
        let mut value = String::new();
        if let Some(quoted) = rest.strip_prefix('=') {
            let quoted = quoted.strip_prefix('"').ok_or_else(|| format!("unquoted {name} in <{inner}>"))?;
            let end = quoted.find('"').ok_or("unclosed quote")?;
            value = text(&quoted[..end])?;
            rest = &quoted[end + 1..];
        }
        if attributes.iter().any(|(n, _)| *n == name) {
            return Err(format!("{name} stands twice in <{inner}>"));
        }
        attributes.push((name, value));
    }
    Ok((tag.to_owned(), attributes))
}

/// Text with its references resolved; a bare `&` is refused.
fn text(raw: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let end = rest[at..].find(';').ok_or_else(|| format!("bare & in {raw:?}"))? + at;
        let code =
            rest[at + 1..end].strip_prefix('#').ok_or_else(|| format!("named reference in {raw:?}"))?;
        out.push(
            code.parse().ok().and_then(char::from_u32).ok_or_else(|| format!("bad reference in {raw:?}"))?,
        );
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

impl Node {
    pub fn tag(&self) -> &str {
        match self {
            Node::Open { tag, .. } => tag,
            _ => "",
        }
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        match self {
            Node::Open { attributes, .. } => {
                attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
            }
            _ => None,
        }
    }

    pub fn attributes(&self) -> &[(String, String)] {
        match self {
            Node::Open { attributes, .. } => attributes,
            _ => &[],
        }
    }
}

/// The text inside the first element that fits.
pub fn text_of(nodes: &[Node], fits: impl Fn(&Node) -> bool) -> Option<String> {
    let start = nodes.iter().position(fits)?;
    let mut depth = 0usize;
    let mut out = String::new();
    for node in &nodes[start..] {
        match node {
            Node::Open { tag, .. } if !VOID.contains(&tag.as_str()) => depth += 1,
            Node::Close { .. } => depth -= 1,
            Node::Text(text) => out.push_str(text),
            Node::Open { .. } => {}
        }
        if depth == 0 {
            break;
        }
    }
    Some(out.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn the_reader_refuses_slips() {
    for bad in [
        "<p>",
        "<!doctype html><p></b>",
        "<!doctype html><p a=b></p>",
        "<!doctype html>a & b",
        "<!doctype html><p id=\"a\" id=\"b\"></p>",
    ] {
        assert!(read(bad).is_err(), "{bad}");
    }
    assert!(read("<!doctype html><p a=\"b > c\">x &#38; y<br></p>").is_ok());
}
