//! Cookies, as a person with developer tools (or a thief) sees them.

use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq)]
pub struct Cookie {
    pub name: String,
    pub value: String,
    pub domain: String,
    pub path: String,
    pub secure: bool,
    pub http_only: bool,
    /// `Strict`, `Lax` or `None`; empty when the server said nothing.
    pub same_site: String,
    /// Seconds since 1970; `None` for a cookie that ends with the browser.
    pub expires: Option<f64>,
}

impl Cookie {
    pub fn of(value: &Value) -> Self {
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let flag = |name: &str| value.get(name).and_then(Value::as_bool).unwrap_or_default();
        let expires = value.get("expires").and_then(Value::as_f64).filter(|expires| *expires > 0.0);
        Self {
            name: text("name"),
            value: text("value"),
            domain: text("domain"),
            path: text("path"),
            secure: flag("secure"),
            http_only: flag("httpOnly"),
            same_site: text("sameSite"),
            expires,
        }
    }

    /// As `Storage.setCookies` takes it.
    pub fn to_value(&self) -> Value {
        let mut value = json!({
            "name": self.name, "value": self.value, "domain": self.domain, "path": self.path,
            "secure": self.secure, "httpOnly": self.http_only,
        });
        if let Some(fields) = value.as_object_mut() {
            if !self.same_site.is_empty() {
                fields.insert("sameSite".to_owned(), self.same_site.clone().into());
            }
            if let Some(expires) = self.expires {
                fields.insert("expires".to_owned(), expires.into());
            }
        }
        value
    }
}
