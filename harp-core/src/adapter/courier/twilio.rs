//! Text messages and calls go out by Twilio's API (2010-04-01): `Messages.json`, and `Calls.json` with the words to say.
//! The API takes no mark by which it would know a message again: one that is tried again after a lost reply may come
//! twice, with the same code. Neither a number nor a word of a letter stands in a fault: the API's own texts hold numbers.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde::Deserialize;

use super::spoken;
use super::twilio_hooks::{TwilioHooks, again};
use crate::kernel::id::MessageId;
use crate::kernel::secret::Secret;
use crate::kernel::text::Phone;
use crate::notice::Recipient;
use crate::notice::letter::Letter;
use crate::port::{Courier, CourierFault};

/// What the API answers about the number that is texted or called, for good: no number, not reachable, opted out, no
/// mobile, never called. Every other refusal may be about us (a token that changed, an empty account) and is tried again.
const NOT_THERE: [u32; 6] = [21211, 21214, 21217, 21610, 21614, 13224];
/// No answer that is worth reading is longer.
const LONGEST: usize = 64 * 1024;

/// Whose account, and from which number.
#[derive(Debug)]
pub struct TwilioAccount {
    /// `https://api.twilio.com`, or a server that speaks the same.
    pub url: String,
    /// `AC..`
    pub account: String,
    pub token: Secret<String>,
    /// A number of the account's that texts and calls.
    pub from: Phone,
    /// How long one request may take.
    pub patience: Duration,
    /// Where receipts and keys that are pressed come in; `None`: neither is asked for.
    pub hooks: Option<TwilioHooks>,
}

#[derive(Debug, thiserror::Error)]
#[error("no HTTP client can be made: {0}")]
pub struct TwilioFault(String);

#[derive(Debug)]
pub struct TwilioCourier {
    client: reqwest::Client,
    server: TwilioAccount,
}

impl TwilioCourier {
    /// Nothing is connected yet.
    pub fn new(server: TwilioAccount) -> Result<TwilioCourier, TwilioFault> {
        // Whoever embeds HARP may have installed a provider of their own: then that one serves.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(server.patience)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("harp/", env!("CARGO_PKG_VERSION")));
        // What is not TLS is on this machine, and goes by no proxy.
        let client =
            if server.url.starts_with("https:") { client.https_only(true) } else { client.no_proxy() };
        let client = client.build().map_err(|e| TwilioFault(e.to_string()))?;
        Ok(TwilioCourier { client, server })
    }

    async fn post(&self, resource: &str, form: &[(&str, &str)]) -> Result<(), CourierFault> {
        let TwilioAccount { url, account, token, .. } = &self.server;
        let request = self
            .client
            .post(format!("{}/2010-04-01/Accounts/{account}/{resource}.json", url.trim_end_matches('/')))
            .basic_auth(account, Some(token.expose()))
            .form(form);
        let reply = request.send().await.map_err(|e| unanswered(&e))?;
        let status = reply.status();
        if status.is_success() {
            return Ok(());
        }
        let after = retry_after(reply.headers());
        Err(refused(status, code_of(reply).await, after))
    }
}

#[async_trait]
impl Courier for TwilioCourier {
    async fn deliver(&self, id: MessageId, to: &Recipient, letter: &Letter) -> Result<(), CourierFault> {
        let (id, hooks) = (id.to_string(), self.server.hooks.as_ref());
        let receipt = hooks.map(|hooks| hooks.receipt_url(&id));
        let back = receipt.as_deref().map(|url| ("StatusCallback", url));
        let from = ("From", self.server.from.as_str());
        let text = letter.text.expose();
        match to {
            Recipient::Sms(phone) => {
                let form = [("To", phone.as_str()), from, ("Body", text)];
                self.post("Messages", &form.into_iter().chain(back).collect::<Vec<_>>()).await
            }
            Recipient::Voice(phone) => {
                let action = hooks.and_then(|hooks| hooks.again_url(&id, 1));
                let said = Secret::new(spoken::twiml(text, again(letter, action.as_deref())));
                let form = [("To", phone.as_str()), from, ("Twiml", said.expose().as_str())];
                self.post("Calls", &form.into_iter().chain(back).collect::<Vec<_>>()).await
            }
            Recipient::Email(_) => Err(CourierFault::Never("a telephone service takes no email".to_owned())),
        }
    }
}

/// What an error's document says beside its code is not read: it repeats the number.
#[derive(Deserialize)]
struct Refusal {
    code: Option<u32>,
}

async fn code_of(mut reply: reqwest::Response) -> Option<u32> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = reply.chunk().await {
        if body.len() + chunk.len() > LONGEST {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice::<Refusal>(&body).ok()?.code
}

fn refused(status: StatusCode, code: Option<u32>, after: Option<Duration>) -> CourierFault {
    let why = match code {
        Some(code) => format!("the telephone service answers {}, error {code}", status.as_u16()),
        None => format!("the telephone service answers {}", status.as_u16()),
    };
    match (code, after) {
        (Some(code), _) if status == StatusCode::BAD_REQUEST && NOT_THERE.contains(&code) => {
            CourierFault::Never(why)
        }
        (_, Some(after)) => CourierFault::Busy { why, after },
        _ => CourierFault::TryLater(why),
    }
}

/// RFC 9110 §10.2.3, in seconds. A date would need a clock; without one the outbox waits as long as it does by itself.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// In words of our own: the client's may hold the address, and with it the account.
fn unanswered(error: &reqwest::Error) -> CourierFault {
    let why = if error.is_timeout() {
        "the telephone service took too long"
    } else if error.is_connect() {
        "the telephone service cannot be reached"
    } else {
        "the telephone service gave no answer"
    };
    CourierFault::TryLater(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_wrong_with_the_number_is_for_good() {
        let fault = |status: u16, code, after: Option<u64>| {
            refused(StatusCode::from_u16(status).unwrap(), code, after.map(Duration::from_secs))
        };
        assert!(matches!(fault(400, Some(21211), None), CourierFault::Never(why) if why.contains("21211")));
        assert!(matches!(fault(400, Some(21211), Some(9)), CourierFault::Never(_)));
        for (status, code) in
            [(400, Some(21606)), (401, Some(20003)), (404, None), (500, Some(21211)), (503, None)]
        {
            assert!(matches!(fault(status, code, None), CourierFault::TryLater(_)), "{status} {code:?}");
        }
        let busy = fault(429, Some(20429), Some(7));
        assert!(matches!(busy, CourierFault::Busy { after, .. } if after.as_secs() == 7), "{busy:?}");
    }

    #[test]
    fn only_whole_seconds_are_waited_for() {
        for (value, secs) in [("7", Some(7)), (" 120 ", Some(120)), ("-1", None), ("Wed, 21 Oct 2026", None)]
        {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
            assert_eq!(retry_after(&headers), secs.map(Duration::from_secs), "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
