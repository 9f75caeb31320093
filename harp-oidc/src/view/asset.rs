//! Static files under names that carry their content's hash, so that they can be cached for ever.

use std::borrow::Cow;
use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

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
        let (stem, extension) = name.rsplit_once('.')?;
        let file = Files::get(name)?;
        Some(Self { name: name.to_owned(), ..Self::of(stem, extension, file.data)? })
    }

    /// A file that is none of ours, such as an application's logo.
    pub fn of(stem: &str, extension: &str, bytes: impl Into<Cow<'static, [u8]>>) -> Option<Self> {
        let bytes = bytes.into();
        let mime = match extension {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            _ => return None,
        };
        let hash: String = Sha256::digest(&bytes).iter().take(6).map(|b| format!("{b:02x}")).collect();
        Some(Self {
            bytes,
            mime,
            etag: format!("\"{hash}\""),
            hashed_name: format!("{stem}-{hash}.{extension}"),
            name: String::new(),
        })
    }

    pub fn is_called(&self, hashed_name: &str) -> bool {
        self.hashed_name == hashed_name
    }
}

/// The file with this hashed name, the last part of its URL.
pub fn asset(hashed_name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|a| a.is_called(hashed_name))
}

/// The path of a file, `/assets/harp-1a2b3c4d5e6f.css` for `harp.css`, without the provider's own prefix.
pub fn asset_url(name: &str) -> String {
    let found = ASSETS.iter().find(|a| a.name == name);
    found.map_or_else(|| format!("{}{name}", url::ASSETS), asset_path)
}

/// The path of a file, without the provider's own prefix.
pub fn asset_path(asset: &Asset) -> String {
    format!("{}{}", url::ASSETS, asset.hashed_name)
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
