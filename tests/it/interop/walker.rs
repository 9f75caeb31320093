//! A person's steps over plain HTTP: cookies by host, redirects, and forms filled in as they stand on the page.

use std::collections::BTreeMap;

use reqwest::header::{ACCEPT, COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use url::Url;

#[derive(Debug, Default)]
pub struct Walker {
    client: reqwest::Client,
    jars: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Debug)]
pub struct Page {
    pub url: Url,
    pub status: u16,
    pub body: String,
}

impl Walker {
    pub fn new() -> Walker {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = reqwest::Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
        Walker { client, jars: BTreeMap::new() }
    }

    /// A cookie that the browser has already.
    pub fn bring(&mut self, origin: &str, name: &str, value: &str) {
        self.jars.entry(origin.to_owned()).or_default().insert(name.to_owned(), value.to_owned());
    }

    pub async fn open(&mut self, url: &str) -> Page {
        let request = self.client.get(url);
        self.go(Url::parse(url).unwrap(), request).await
    }

    /// Sends the page's first form: its hidden fields, and what is given.
    pub async fn send(&mut self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let mut all = page.hidden();
        all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
        let url = match page.attribute("<form", "action") {
            Some(action) => page.url.join(&action).unwrap(),
            None => page.url.clone(),
        };
        let request = self.client.post(url.clone()).body(body);
        self.go(url, request.header("content-type", "application/x-www-form-urlencoded")).await
    }

    async fn go(&mut self, mut url: Url, mut request: reqwest::RequestBuilder) -> Page {
        for _ in 0..20 {
            // Ports do not separate cookies in a browser; here they do, which keeps the test readable.
            let origin = url.origin().ascii_serialization();
            let jar = self.jars.entry(origin).or_default();
            let cookies =
                jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
            let response = request.header(ACCEPT, "text/html").header(COOKIE, cookies).send().await.unwrap();
            for set in response.headers().get_all(SET_COOKIE) {
                let set = set.to_str().unwrap();
                let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
                if set.contains("Max-Age=0") {
                    jar.remove(name);
                } else {
                    jar.insert(name.to_owned(), value.to_owned());
                }
            }
            let Some(to) = response.headers().get(LOCATION) else {
                let status = response.status().as_u16();
                return Page { url, status, body: response.text().await.unwrap() };
            };
            url = url.join(to.to_str().unwrap()).unwrap();
            request = self.client.get(url.clone());
        }
        panic!("twenty redirects, the last to {url}");
    }
}

impl Page {
    /// Of the first form.
    fn hidden(&self) -> Vec<(String, String)> {
        let form =
            self.body.split("<form").nth(1).and_then(|rest| rest.split("</form>").next()).unwrap_or_default();
        let inputs = form.split("<input").skip(1).filter_map(|rest| rest.split('>').next());
        let hidden = inputs.filter(|input| input.contains("type=\"hidden\""));
        hidden.filter_map(|input| Some((value_of(input, "name")?, value_of(input, "value")?))).collect()
    }

    fn attribute(&self, tag: &str, name: &str) -> Option<String> {
        value_of(self.body.split(tag).nth(1)?.split('>').next()?, name)
    }

    /// The first choice of a group.
    pub fn first_choice(&self, name: &str) -> Option<String> {
        let inputs = self.body.split("<input").skip(1).filter_map(|rest| rest.split('>').next());
        inputs
            .filter(|input| value_of(input, "name").as_deref() == Some(name))
            .find_map(|i| value_of(i, "value"))
    }
}

fn value_of(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(rest.split('"').next()?.replace("&#38;", "&").replace("&amp;", "&"))
}
