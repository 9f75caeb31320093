//! A QR code as inline SVG: one path, no style, so that it shows under a policy without inline styles.

use askama::Template;
use qrcode::{Color, QrCode};

/// Empty modules around the code (ISO/IEC 18004 asks for four).
const QUIET: usize = 4;

#[derive(Template)]
#[template(
    source = r##"<svg class="qr" role="img" aria-label="{{ label }}" viewBox="0 0 {{ size }} {{ size }}" shape-rendering="crispEdges"><rect width="{{ size }}" height="{{ size }}" fill="#ffffff"/><path d="{{ path }}" fill="#000000"/></svg>"##,
    ext = "html"
)]
pub struct Qr {
    label: String,
    size: usize,
    path: String,
}

impl askama::filters::HtmlSafe for Qr {}

/// What it encodes may be a secret.
impl std::fmt::Debug for Qr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[qr code]")
    }
}

impl Qr {
    /// The code for a text, `None` when it is too long for any. `label` is what a screen reader says instead.
    pub fn new(text: &str, label: String) -> Option<Self> {
        let code = QrCode::new(text).ok()?;
        let width = code.width();
        let dark = code.to_colors();
        let mut path = String::new();
        for (y, row) in dark.chunks(width).enumerate() {
            for (x, _) in row.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
                path.push_str(&format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET));
            }
        }
        Some(Self { label, size: width + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_drawn_without_style_and_too_much_text_is_none() {
        let svg = Qr::new("otpauth://totp/HARP:ana?secret=ABC", "a \"b\"".to_owned()).unwrap().to_string();
        assert!(!svg.contains("style") && svg.contains("aria-label=\"a &#34;b&#34;\""));
        // The finder pattern's corner.
        assert!(svg.contains("M4 4h1v1h-1z"));
        assert!(Qr::new(&"x".repeat(10_000), String::new()).is_none());
    }
}
