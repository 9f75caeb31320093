//! Letters by SMTP to a mail server that is not ours: aiosmtpd, from Debian's package.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use harp_core::adapter::courier::smtp::{Security, SmtpCourier, Submission};
use harp_core::kernel::id::MessageId;
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::secret::Secret;
use harp_core::kernel::text::{EmailAddress, Phone};
use harp_core::kernel::time::{Clock as _, SystemClock};
use harp_core::notice::Recipient;
use harp_core::notice::letter::Letter;
use harp_core::port::{Courier as _, CourierFault};
use harp_tests::certificate::Certificate;
use serde_json::Value;

struct MailServer {
    process: Child,
    port: u16,
    taken: Receiver<Value>,
    /// The server's certificate, which is its own authority.
    authority: Vec<u8>,
    _keys: tempfile::TempDir,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.process.kill());
        self.process.wait().unwrap();
    }
}

impl MailServer {
    fn start(way: &str) -> MailServer {
        let keys = tempfile::tempdir().unwrap();
        let made = Certificate::for_test_names();
        let file = |name: &str, text: &str| {
            let path = keys.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let script = file("mail_server.py", include_str!("mail_server.py"));
        let (cert, key) = (file("cert.pem", &made.pem()), file("key.pem", &made.key_pem()));
        let mut process = Command::new("/usr/bin/python3")
            .args([&script, &way.into(), &cert, &key])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.next().expect("aiosmtpd is installed (python3-aiosmtpd)").unwrap().parse().unwrap();
        let (give, taken) = channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                drop(give.send(serde_json::from_str(&line).unwrap()));
            }
        });
        MailServer { process, port, taken, authority: made.pem().into_bytes(), _keys: keys }
    }

    fn courier(&self, security: Security, password: &str) -> SmtpCourier {
        let credentials = Some(("harp".to_owned(), Secret::new(password.to_owned())));
        SmtpCourier::new(Submission {
            credentials: credentials.filter(|_| security != Security::Plain),
            ..self.submission(security)
        })
        .unwrap()
    }

    fn submission(&self, security: Security) -> Submission {
        Submission {
            host: "localhost".to_owned(),
            port: self.port,
            security,
            credentials: None,
            from: "HARP <no-reply@id.example>".to_owned(),
            authority: Some(self.authority.clone()),
        }
    }

    fn next(&self) -> Value {
        self.taken.recv_timeout(Duration::from_secs(20)).expect("a letter within 20 seconds")
    }

    fn nothing_more(&self) {
        assert!(self.taken.try_recv().is_err());
    }
}

fn header<'a>(letter: &'a Value, name: &str) -> Vec<&'a str> {
    let headers = letter["headers"].as_array().unwrap().iter();
    headers.filter(|h| h[0] == name).map(|h| h[1].as_str().unwrap()).collect()
}

fn to(address: &str) -> Recipient {
    Recipient::Email(EmailAddress::parse(address).unwrap())
}

fn letter() -> Letter {
    Letter {
        subject: "Your security code – für HARP".to_owned(),
        text: Secret::new("Security code: 123456\n.\nIt stands alone, ähnlich.\n".to_owned()),
        html: Some(Secret::new("<p>Security code: <b>123456</b></p>".to_owned())),
        again: None,
    }
}

fn id() -> MessageId {
    MessageId::mint(SystemClock.now(), &SystemRandom)
}

#[tokio::test]
async fn a_letter_arrives_whole_over_starttls_and_over_tls() {
    for (way, security) in [("starttls", Security::StartTls), ("tls", Security::Implicit)] {
        let server = MailServer::start(way);
        let courier = server.courier(security, "right");
        let message = id();
        courier.deliver(message, &to("ana@hospital.example"), &letter()).await.unwrap();
        let arrived = server.next();
        assert_eq!((&arrived["tls"], &arrived["user"]), (&true.into(), &"harp".into()), "{way}");
        assert_eq!(arrived["from"], "no-reply@id.example");
        assert_eq!(arrived["to"], serde_json::json!(["ana@hospital.example"]));
        assert_eq!(header(&arrived, "subject"), ["Your security code – für HARP"]);
        assert_eq!(header(&arrived, "message-id"), [format!("<{message}@id.example>")]);
        assert_eq!(header(&arrived, "auto-submitted"), ["auto-generated"]);
        let text = arrived["text"].as_str().unwrap().replace("\r\n", "\n");
        assert_eq!(text.trim_end(), letter().text.expose().trim_end());
        assert!(arrived["html"].as_str().unwrap().contains("<b>123456</b>"));
        server.nothing_more();
    }
}

#[tokio::test]
async fn what_a_server_refuses_for_good_is_given_up_and_everything_else_is_tried_again() {
    let server = MailServer::start("starttls");
    let courier = server.courier(Security::StartTls, "right");
    let gone = courier.deliver(id(), &to("gone@hospital.example"), &letter()).await.unwrap_err();
    assert!(matches!(&gone, CourierFault::Never(why) if why.contains("no such person")), "{gone}");
    for later in ["full", "banned", "lost"] {
        let fault = courier.deliver(id(), &to(&format!("{later}@hospital.example")), &letter()).await;
        assert!(matches!(fault, Err(CourierFault::TryLater(_))), "{later}: {fault:?}");
    }
    assert_eq!(server.next()["to"][0], "lost@hospital.example", "taken, and the reply was lost");
    // One that failed spoils nothing for the next.
    courier.deliver(id(), &to("ana@hospital.example"), &letter()).await.unwrap();
    assert_eq!(server.next()["to"][0], "ana@hospital.example");
    let wrong = server.courier(Security::StartTls, "wrong");
    let fault = wrong.deliver(id(), &to("ana@hospital.example"), &letter()).await.unwrap_err();
    assert!(matches!(&fault, CourierFault::TryLater(why) if !why.contains("wrong")), "{fault}");
    // A wrong `smtp.from` is ours to mend, and costs no letter.
    let from = "HARP <stranger@id.example>".to_owned();
    let credentials = Some(("harp".to_owned(), Secret::new("right".to_owned())));
    let stranger =
        SmtpCourier::new(Submission { from, credentials, ..server.submission(Security::StartTls) });
    let fault = stranger.unwrap().deliver(id(), &to("ana@hospital.example"), &letter()).await.unwrap_err();
    assert!(matches!(&fault, CourierFault::TryLater(why) if why.contains("not owned")), "{fault}");
    let call = courier.deliver(id(), &Recipient::Sms(Phone::parse("+14155552671").unwrap()), &letter()).await;
    assert!(matches!(call, Err(CourierFault::Never(_))));
    server.nothing_more();
}

/// Somebody on the line who strips STARTTLS, or shows a certificate of their own, gets no code to read.
#[tokio::test]
async fn nothing_is_sent_to_a_server_that_cannot_prove_itself() {
    let bare = MailServer::start("plain");
    let starttls = bare.courier(Security::StartTls, "right");
    let stripped = starttls.deliver(id(), &to("ana@hospital.example"), &letter()).await;
    assert!(matches!(stripped, Err(CourierFault::TryLater(_))), "{stripped:?}");
    let secured = MailServer::start("tls");
    for server in [
        // The public authorities have not heard of it.
        Submission { authority: None, ..secured.submission(Security::Implicit) },
        // Another name than the certificate's.
        Submission { host: "127.0.0.1".to_owned(), ..secured.submission(Security::Implicit) },
    ] {
        let courier = SmtpCourier::new(server).unwrap();
        let fault = courier.deliver(id(), &to("ana@hospital.example"), &letter()).await;
        assert!(matches!(fault, Err(CourierFault::TryLater(_))), "{fault:?}");
    }
    bare.nothing_more();
    secured.nothing_more();
    // On this machine it may be plain, when that was asked for.
    let plain = bare.courier(Security::Plain, "");
    plain.deliver(id(), &to("ana@hospital.example"), &letter()).await.unwrap();
    assert_eq!(bare.next()["tls"], false);
}

#[tokio::test]
async fn no_header_is_injected_by_what_a_person_wrote() {
    let server = MailServer::start("starttls");
    let courier = server.courier(Security::StartTls, "right");
    let forged = Letter {
        subject: "Denied\r\nBcc: mallory@evil.example\r\n\r\nSecond body".to_owned(),
        text: Secret::new("one\r\n.\r\nMAIL FROM:<x@evil.example>\r\n".to_owned()),
        html: None,
        again: None,
    };
    // Refused or folded into the subject: never a header of its own, never a second recipient.
    if courier.deliver(id(), &to("ana@hospital.example"), &forged).await.is_ok() {
        let arrived = server.next();
        assert_eq!(header(&arrived, "bcc"), Vec::<&str>::new());
        assert_eq!(arrived["to"], serde_json::json!(["ana@hospital.example"]));
    }
    server.nothing_more();
}
