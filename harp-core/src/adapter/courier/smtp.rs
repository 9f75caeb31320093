//! Letters go out by SMTP, through the deployment's submission server (RFC 6409), over TLS. What was sent carries the
//! message's id as its Message-ID, so that a letter that is tried again after a lost reply shows once.

use std::time::Duration;

use async_trait::async_trait;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use crate::kernel::id::MessageId;
use crate::kernel::secret::Secret;
use crate::notice::Recipient;
use crate::notice::letter::Letter;
use crate::port::{Courier, CourierFault};

/// For connecting. The outbox bounds the whole (`policy::OutboxRules::deliver_within`).
const PATIENCE: Duration = Duration::from_secs(10);
/// What a server may answer about the one who is written to, for good (RFC 5321 §4.2.3). Every other refusal may be about
/// us (a password that changed, a full disk) and is tried again while the letter is worth it. So may these: see [`enhanced`].
const NOT_THERE: [u16; 4] = [550, 551, 553, 556];

/// How the conversation is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (RFC 8314 §3.3).
    Implicit,
    /// STARTTLS, and nothing is said without it (RFC 3207).
    StartTls,
    /// For a server on this machine.
    Plain,
}

/// Which server, and as whom.
#[derive(Debug)]
pub struct Submission {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// User name and password.
    pub credentials: Option<(String, Secret<String>)>,
    /// `HARP <no-reply@harp.example>`
    pub from: String,
    /// The authority that alone vouches for the server, in PEM. `None`: the public ones.
    pub authority: Option<Vec<u8>>,
}

#[derive(Debug, thiserror::Error)]
pub enum SubmissionFault {
    #[error("`{0}` is no sender such as `HARP <no-reply@harp.example>`")]
    From(String),
    #[error("the authority's certificate cannot be read: {0}")]
    Authority(String),
    #[error("TLS cannot be set up for `{host}`: {why}")]
    Tls { host: String, why: String },
}

#[derive(Debug)]
pub struct SmtpCourier {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl SmtpCourier {
    /// Nothing is connected yet.
    pub fn new(server: Submission) -> Result<SmtpCourier, SubmissionFault> {
        let from = server.from.parse().map_err(|_| SubmissionFault::From(server.from.clone()))?;
        let tls = match server.security {
            Security::Implicit => Tls::Wrapper(parameters(&server)?),
            Security::StartTls => Tls::Required(parameters(&server)?),
            Security::Plain => Tls::None,
        };
        // "Dangerous" is the lack of TLS, which the next line decides.
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
            .tls(tls)
            .port(server.port)
            .timeout(Some(PATIENCE));
        if let Some((user, password)) = server.credentials {
            transport = transport.credentials(Credentials::new(user, password.expose().clone()));
        }
        Ok(SmtpCourier { transport: transport.build(), from })
    }

    fn message(&self, id: MessageId, to: Address, letter: &Letter) -> Result<Message, lettre::error::Error> {
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject.as_str())
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            // RFC 3834 §5: no out-of-office reply comes back.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        let text = letter.text.expose().clone();
        match &letter.html {
            Some(html) => message.multipart(MultiPart::alternative_plain_html(text, html.expose().clone())),
            None => message.singlepart(SinglePart::plain(text)),
        }
    }
}

fn parameters(server: &Submission) -> Result<TlsParameters, SubmissionFault> {
    let mut tls = TlsParameters::builder(server.host.clone());
    if let Some(pem) = &server.authority {
        let authority = Certificate::from_pem(pem).map_err(|e| SubmissionFault::Authority(e.to_string()))?;
        tls = tls.certificate_store(CertificateStore::None).add_root_certificate(authority);
    }
    tls.build().map_err(|e| SubmissionFault::Tls { host: server.host.clone(), why: e.to_string() })
}

#[async_trait]
impl Courier for SmtpCourier {
    async fn deliver(&self, id: MessageId, to: &Recipient, letter: &Letter) -> Result<(), CourierFault> {
        let Recipient::Email(address) = to else {
            return Err(CourierFault::Never(format!("a mail server takes no {}", super::kind(to))));
        };
        let address: Address =
            address.as_str().parse().map_err(|_| CourierFault::Never("not a mail address".to_owned()))?;
        let message = self.message(id, address, letter).map_err(|e| CourierFault::Never(e.to_string()))?;
        let sent = self.transport.send(message).await;
        sent.map(drop).map_err(|e| fault(&e))
    }
}

fn fault(error: &lettre::transport::smtp::Error) -> CourierFault {
    let why = error.to_string();
    let text = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    match error.status() {
        Some(code) if about_recipient(u16::from(code), &text) => CourierFault::Never(why),
        _ => CourierFault::TryLater(why),
    }
}

/// The same codes answer a sender that the server does not take, and its policy (5.7.x): the enhanced status tells.
fn about_recipient(code: u16, text: &str) -> bool {
    NOT_THERE.contains(&code)
        && match enhanced(text) {
            // RFC 3463 §3.2: X.1.x is about an address; X.1.7 and X.1.8 about the sender's.
            Some([5, 1, detail]) => !matches!(detail, 7 | 8),
            Some(_) => false,
            None => true,
        }
}

/// The enhanced status code that a reply begins with (RFC 2034 §4, RFC 3463 §2).
fn enhanced(text: &str) -> Option<[u16; 3]> {
    let mut numbers = text.split_whitespace().next()?.split('.').map(|n| n.parse().ok());
    let status = [numbers.next()??, numbers.next()??, numbers.next()??];
    numbers.next().is_none().then_some(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_about_us_is_told_from_what_is_about_the_recipient() {
        for text in
            ["5.1.1 no such user", "5.1.10 null MX", "no such user", "10.0.0.1 says no", "", "5.1 what"]
        {
            assert!(about_recipient(550, text), "{text}");
        }
        for text in [
            "5.7.1 Sender address rejected: not owned by user",
            "5.1.8 bad sender",
            "5.1.7 bad sender",
            "5.4.1 no",
        ] {
            assert!(!about_recipient(553, text), "{text}");
        }
        assert!(!about_recipient(554, "5.1.1 no such user"));
    }
}
