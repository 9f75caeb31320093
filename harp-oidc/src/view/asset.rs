//! Static files under names that carry their content's hash, so that they can be cached for ever.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::url;

#[derive(rust_embed::RustEmbed)]
#[folder = "static/"]
struct Files;

/// A static file as it is sent.
#[derive(Debug, Clone)]
pub struct Asset {
    pub bytes: Cow<'static, [u8]>,
    pub mime: &'static str,
    /// A strong entity tag with its quotes (RFC 9110 §8.8.3).
    pub etag: String,
    /// `harp-1a2b3c4d5e6f.css`
    hashed_name: String,
    name: String,
}

static ASSETS: LazyLock<Vec<Asset>> =
    LazyLock::new(|| Files::iter().filter_map(|name| Asset::read(&name)).collect());

impl Asset {
    fn read(name: &str) -> Option<Self> {
        let file = Files::get(name)?;
        let (stem, extension) = name.rsplit_once('.')?;
        let mime = match extension {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            _ => return None,
        };
        let hash: String = file.metadata.sha256_hash().iter().take(6).map(|b| format!("{b:02x}")).collect();
        Some(Self {
            bytes: file.data,
            mime,
            etag: format!("\"{hash}\""),
            hashed_name: format!("{stem}-{hash}.{extension}"),
            name: name.to_owned(),
        })
    }
}

/// The file with this hashed name, the last part of its URL.
pub fn asset(hashed_name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|a| a.hashed_name == hashed_name)
}

/// The path of a file, `/assets/harp-1a2b3c4d5e6f.css` for `harp.css`, without the provider's own prefix.
pub fn asset_url(name: &str) -> String {
    let hashed = ASSETS.iter().find(|a| a.name == name).map_or(name, |a| &a.hashed_name);
    format!("{}{hashed}", url::ASSETS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_leads_to_its_file_and_a_guess_to_none() {
        let path = asset_url("harp.css");
        let found = asset(path.strip_prefix(url::ASSETS).unwrap()).unwrap();
        assert_eq!(found.mime, "text/css; charset=utf-8");
        assert!(path.contains(found.etag.trim_matches('"')));
        for guess in ["harp.css", "", "../Cargo.toml", "/etc/passwd"] {
            assert!(asset(guess).is_none(), "{guess}");
        }
    }

    /// One stylesheet under 30 KB that asks no other host.
    #[test]
    fn the_stylesheet_is_small_and_self_contained() {
        let css = Files::get("harp.css").unwrap().data;
        let css = String::from_utf8(css.into_owned()).unwrap();
        assert!(css.len() < 30 * 1024, "{}", css.len());
        for outside in ["url(", "@import", "http"] {
            assert!(!css.replace("a[href^=\"http\"]", "").contains(outside), "{outside}");
        }
    }
}
