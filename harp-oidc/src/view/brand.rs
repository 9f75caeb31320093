//! How the pages look on the way to one application (F08, K02, K04, K08). A brand has words, colours and a logo; never rules.

use super::asset::{Asset, asset_path};
use super::frame::{Contact, Link};
use crate::config::brand;

/// One application's look. What it does not say is as everywhere.
#[derive(Debug, Clone, Default)]
pub struct Brand {
    /// In the header, in place of the product's.
    pub name: Option<String>,
    /// K08
    pub notice: Option<String>,
    /// K02
    pub contacts: Vec<Contact>,
    /// K04
    pub links: Vec<Link>,
    /// An address in place of our own page.
    pub terms: Option<String>,
    pub logo: Option<Asset>,
    /// Its colours.
    pub stylesheet: Option<Asset>,
}

impl Brand {
    pub fn of(brand: &brand::Brand) -> Self {
        let css = (!brand.stylesheet.is_empty()).then(|| brand.stylesheet.clone().into_bytes());
        Self {
            name: brand.name.clone(),
            notice: brand.notice.clone(),
            contacts: brand.help.iter().map(Contact::of).collect(),
            links: brand.links.iter().map(Link::of).collect(),
            terms: brand.terms.clone(),
            logo: brand.logo.as_ref().and_then(|logo| Asset::of("logo", logo.extension, logo.bytes.clone())),
            stylesheet: css.and_then(|css| Asset::of("brand", "css", css)),
        }
    }

    /// What is served for it, by the last part of its address.
    pub fn file(&self, hashed_name: &str) -> Option<&Asset> {
        [&self.logo, &self.stylesheet].into_iter().flatten().find(|file| file.is_called(hashed_name))
    }

    pub fn logo_path(&self) -> Option<String> {
        self.logo.as_ref().map(asset_path)
    }

    pub fn stylesheet_path(&self) -> Option<String> {
        self.stylesheet.as_ref().map(asset_path)
    }
}
