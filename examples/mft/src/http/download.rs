//! A file goes out: always as a download, never as something that a browser would run.

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use futures_util::stream;
use harp_sdk::axum::SignedIn;
use http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use super::files::admitted;
use super::{Answer, App};
use crate::vault::FileId;

const CHUNK: usize = 64 * 1024;

pub async fn send(
    State(app): State<App>,
    who: SignedIn,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Answer {
    let Ok(Path((org, id))) = path else { return Err(app.frame_at(&who, None).nowhere()) };
    let at = admitted(&app, &who, &org).map_err(|page| *page)?;
    let file = match FileId::parse(&id) {
        Some(id) => app.vault.read(&at.org, &id).await,
        None => Ok(None),
    };
    match file {
        Ok(Some((stored, file))) => {
            let headers = [
                (CONTENT_TYPE, "application/octet-stream".to_owned()),
                (CONTENT_DISPOSITION, stored.meta.name.disposition()),
                (CONTENT_LENGTH, stored.meta.size.to_string()),
                (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox".to_owned()),
            ];
            Ok((headers, streamed(file)).into_response())
        }
        Ok(None) => Err(app.frame_at(&who, None).nowhere()),
        Err(error) => Err(app.frame_at(&who, Some(&at.role.org_name)).broken(&error)),
    }
}

fn streamed(file: File) -> Body {
    Body::from_stream(stream::unfold(Some(file), |file| async {
        let mut file = file?;
        let mut chunk = vec![0; CHUNK];
        match file.read(&mut chunk).await {
            Ok(0) => None,
            Ok(read) => {
                chunk.truncate(read);
                Some((Ok(chunk), Some(file)))
            }
            Err(error) => Some((Err(error), None)),
        }
    }))
}
