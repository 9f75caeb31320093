//! A file comes in: streamed to disk, counted while it is read.

use std::time::Duration;

use axum::extract::multipart::{Field, Multipart, MultipartRejection};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use harp_sdk::axum::SignedIn;
use http::StatusCode;
use tokio::time::{Instant, timeout};

use super::files::{Admitted, Shown, admitted, listing, path};
use super::{Answer, App};
use crate::vault::{FileId, FileName, Label, Stored, UploadError};
use crate::view::size;
use crate::words::{say, t};

/// A sender that is silent for this long has left.
const SILENCE: Duration = Duration::from_secs(60);
/// After that, whoever sends less than this many bytes a second on the average keeps a place from others.
const LEAST_RATE: u64 = 16 * 1024;
/// Of the hidden fields.
const FIELD: usize = 256;
/// The form has three.
const FIELDS: usize = 8;

pub async fn receive(
    State(app): State<App>,
    who: SignedIn,
    org: Result<Path<String>, PathRejection>,
    body: Result<Multipart, MultipartRejection>,
) -> Answer {
    let Ok(Path(org)) = org else { return Err(app.frame_at(&who, None).nowhere()) };
    let at = admitted(&app, &who, &org).map_err(|page| *page)?;
    let form = match body {
        Ok(mut form) => take(&app, &who, &at, &mut form).await,
        Err(_) => Err(Wrong::Unreadable),
    };
    match form {
        Ok(stored) => {
            Ok(Redirect::to(&format!("{}?done={}", path(at.org.as_str()), stored.id)).into_response())
        }
        Err(wrong) => answer(&app, &who, &at, wrong).await,
    }
}

/// Why the form is not taken.
enum Wrong {
    Unreadable,
    NotOurForm(Response),
    NoFile,
    File(UploadError),
}

impl From<UploadError> for Wrong {
    fn from(error: UploadError) -> Wrong {
        Wrong::File(error)
    }
}

/// The form in its order: its token, its id, the file. Nothing is written before the token was checked.
async fn take(app: &App, who: &SignedIn, at: &Admitted, form: &mut Multipart) -> Result<Stored, Wrong> {
    let mut id = None;
    let mut is_ours = false;
    for _ in 0..FIELDS {
        let Some(field) = next(form).await? else { return Err(Wrong::NoFile) };
        match field.name().unwrap_or_default() {
            "form_token" => {
                let token = short(field).await?;
                who.check_form_token(&token).map_err(|wrong| Wrong::NotOurForm(wrong.into_response()))?;
                is_ours = true;
            }
            "upload_id" => id = FileId::parse(&short(field).await?),
            "file" => {
                if !is_ours {
                    let wrong = who.check_form_token("").err();
                    return Err(
                        wrong.map_or(Wrong::Unreadable, |wrong| Wrong::NotOurForm(wrong.into_response()))
                    );
                }
                return store(app, who, at, Incoming { id: id.unwrap_or_else(FileId::mint), field }).await;
            }
            _ => drop(short(field).await?),
        }
    }
    Err(Wrong::Unreadable)
}

struct Incoming<'a> {
    id: FileId,
    field: Field<'a>,
}

async fn store(app: &App, who: &SignedIn, at: &Admitted, incoming: Incoming<'_>) -> Result<Stored, Wrong> {
    let Incoming { id, mut field } = incoming;
    let sent = field.file_name().unwrap_or_default().to_owned();
    let mut upload = app.vault.begin().await?;
    let (began, mut read) = (Instant::now(), 0);
    while let Some(chunk) = heard(field.chunk()).await? {
        read += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        if is_too_slow(read, began.elapsed()) {
            return Err(Wrong::Unreadable);
        }
        if let Err(error) = upload.write(&chunk).await {
            drop(upload);
            drain(&mut field, app.vault.limits().file).await;
            return Err(error.into());
        }
    }
    if sent.is_empty() {
        return Err(Wrong::NoFile);
    }
    let label = Label {
        name: FileName::cleaned(&sent),
        by: who.display_name().to_owned(),
        by_sub: who.sub.clone(),
        at: app.harp.now(),
    };
    Ok(upload.finish(&at.org, id, label).await?)
}

fn is_too_slow(read: u64, took: Duration) -> bool {
    took > SILENCE && read < took.as_secs().saturating_mul(LEAST_RATE)
}

/// A browser shows our answer only when it could send all it had: read on for a while, and keep nothing.
async fn drain(field: &mut Field<'_>, mut rest: u64) {
    while let Ok(Some(chunk)) = heard(field.chunk()).await {
        rest = rest.saturating_sub(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if rest == 0 {
            return;
        }
    }
}

async fn next(form: &mut Multipart) -> Result<Option<Field<'_>>, Wrong> {
    heard(form.next_field()).await
}

async fn short(mut field: Field<'_>) -> Result<String, Wrong> {
    let mut bytes = Vec::new();
    while let Some(chunk) = heard(field.chunk()).await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > FIELD {
            return Err(Wrong::Unreadable);
        }
    }
    String::from_utf8(bytes).map_err(|_| Wrong::Unreadable)
}

async fn heard<T, E>(read: impl Future<Output = Result<T, E>>) -> Result<T, Wrong> {
    timeout(SILENCE, read).await.map_err(|_| Wrong::Unreadable)?.map_err(|_| Wrong::Unreadable)
}

async fn answer(app: &App, who: &SignedIn, at: &Admitted, wrong: Wrong) -> Answer {
    let frame = || app.frame_at(who, Some(&at.role.org_name));
    let (status, text) = match wrong {
        Wrong::NotOurForm(response) => return Err(response),
        Wrong::File(UploadError::Io(error)) => return Err(frame().broken(&error)),
        Wrong::Unreadable => {
            let (title, text) = (t("upload.unreadable-title"), t("upload.unreadable"));
            return Err(frame().trouble(StatusCode::BAD_REQUEST, &title, &text));
        }
        Wrong::NoFile => (StatusCode::UNPROCESSABLE_ENTITY, t("upload.no-file")),
        Wrong::File(UploadError::Empty) => (StatusCode::UNPROCESSABLE_ENTITY, t("upload.empty")),
        Wrong::File(UploadError::TooLarge(limit)) => {
            (StatusCode::PAYLOAD_TOO_LARGE, say("upload.too-large", &[("size", size(limit))]))
        }
        Wrong::File(UploadError::Full(limit)) => {
            (StatusCode::CONFLICT, say("upload.full", &[("count", limit)]))
        }
        Wrong::File(UploadError::NoRoom(limit)) => {
            (StatusCode::CONFLICT, say("upload.no-room", &[("size", size(limit))]))
        }
        Wrong::File(UploadError::Busy) => (StatusCode::SERVICE_UNAVAILABLE, t("upload.busy")),
    };
    listing(app, who, at, Shown { error: Some((status, text)), ..Shown::default() }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A byte a minute is not silence, and not an upload either.
    #[test]
    fn a_trickle_is_too_slow_and_a_poor_line_is_not() {
        let took = Duration::from_secs;
        assert!(!is_too_slow(1, took(60)), "no line is judged by its first minute");
        assert!(is_too_slow(2, took(61)));
        assert!(is_too_slow(10_000_000, took(700)));
        assert!(!is_too_slow(10_000_000, took(600)), "10 MB in ten minutes");
    }
}
