//! An S3-compatible store, by requests that are signed in their address (SigV4).
//!
//! The operator has named the store, so it may be anywhere, in their own network too. What is sent is read in parts as it
//! goes: memory does not grow with the backup. The addresses hold signatures, and appear nowhere.

use super::{Error, place::Bucket};
use crate::{
    clock::Clock,
    config,
    db::backup::Cancel,
    outbound::{Answer, HeaderMap, Method, Outbound, Purpose, Request, header},
};
use rusty_s3::{
    Bucket as Address, Credentials, S3Action, UrlStyle,
    actions::{
        CompleteMultipartUpload, CompleteMultipartUploadResponse, CreateMultipartUpload, ListObjectsV2,
    },
};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
    time::Duration,
};

/// Octets sent at once, which lie in memory then. Stores take 10,000 parts: 80 GB.
const PART: u64 = 8 * 1024 * 1024;
/// How long one request may take: a part at a quarter of a megabit a second.
const LONGEST: Duration = Duration::from_secs(300);
/// For how long a signature holds.
const SIGNED_FOR: Duration = Duration::from_secs(900);
/// How often a request is tried.
const TRIES: u32 = 3;
/// Names in one answer: so many are below what is read of an answer.
const PAGE: usize = 20;
/// Answers that are asked for at most: a bucket with more of our own backups is not pruned right.
const PAGES: usize = 500;

/// A store.
pub(super) struct Store {
    outbound: Outbound,
    address: Address,
    credentials: Credentials,
    prefix: String,
    clock: Clock,
}

/// A request, to be signed anew each time it is tried.
struct Ask<'a> {
    what: &'static str,
    method: Method,
    sign: &'a dyn Fn() -> url::Url,
    body: &'a dyn Fn() -> io::Result<Vec<u8>>,
}

/// One without a body.
fn empty() -> io::Result<Vec<u8>> {
    Ok(Vec::new())
}

impl Store {
    pub(super) fn new(bucket: &Bucket, outbound: &config::Outbound, clock: Clock) -> Result<Self, Error> {
        let name = bucket.name.clone();
        let address = Address::new(bucket.endpoint.clone(), UrlStyle::Path, name, bucket.region.clone());
        let address = address.map_err(|_| Error::Store("S3_ENDPOINT is no address of a store".to_owned()))?;
        let credentials = Credentials::new(bucket.key_id.expose(), bucket.key.expose());
        let outbound =
            Outbound::trusted(outbound, LONGEST).map_err(|error| Error::Store(error.to_string()))?;
        Ok(Self { outbound, address, credentials, prefix: bucket.prefix.clone(), clock })
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn sign<'a>(&self, action: &impl S3Action<'a>) -> url::Url {
        action.sign_with_time(SIGNED_FOR, &self.clock.now())
    }

    /// Stores the file under this name, and asks whether all of it is there.
    pub(super) async fn put(&self, name: &str, file: &Path, cancel: &Cancel) -> Result<(), Error> {
        let unreadable = |error| Error::file(file, error);
        let size = file.metadata().map_err(unreadable)?.len();
        let key = self.key(name);
        if size <= PART {
            let action = self.address.put_object(Some(&self.credentials), &key);
            let ask = Ask {
                what: "PutObject",
                method: Method::PUT,
                sign: &|| self.sign(&action),
                body: &|| part_of(file, 0, size),
            };
            self.ask(&ask).await?;
        } else {
            self.put_in_parts(&key, file, size, cancel).await?;
        }
        let action = self.address.head_object(Some(&self.credentials), &key);
        let ask =
            Ask { what: "HeadObject", method: Method::HEAD, sign: &|| self.sign(&action), body: &empty };
        let answer = self.ask(&ask).await?;
        let there = answer.header(header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
        if there == Some(size) {
            return Ok(());
        }
        Err(Error::Store("the store has something else than what it was sent".to_owned()))
    }

    async fn put_in_parts(&self, key: &str, file: &Path, size: u64, cancel: &Cancel) -> Result<(), Error> {
        let action = CreateMultipartUpload::new(&self.address, Some(&self.credentials), key);
        let what = "CreateMultipartUpload";
        let ask = Ask { what, method: Method::POST, sign: &|| self.sign(&action), body: &empty };
        let answer = self.ask(&ask).await?;
        let begun = CreateMultipartUpload::parse_response(&text(&answer)).map_err(|_| unclear(what))?;
        let sent = self.send_parts(key, begun.upload_id(), file, size, cancel).await;
        if sent.is_err() {
            let action = self.address.abort_multipart_upload(Some(&self.credentials), key, begun.upload_id());
            let sign = || self.sign(&action);
            let ask = Ask { what: "AbortMultipartUpload", method: Method::DELETE, sign: &sign, body: &empty };
            if let Err(error) = self.ask(&ask).await {
                tracing::warn!(%error, "parts of a backup were left at the store");
            }
        }
        sent
    }

    async fn send_parts(
        &self,
        key: &str,
        upload: &str,
        file: &Path,
        size: u64,
        cancel: &Cancel,
    ) -> Result<(), Error> {
        let mut tags = Vec::new();
        let parts = u16::try_from(size.div_ceil(PART)).unwrap_or(u16::MAX);
        for number in 1..=parts {
            if cancel.is_asked() {
                return Err(crate::db::backup::CopyError::Stopped.into());
            }
            let from = u64::from(number - 1) * PART;
            let action = self.address.upload_part(Some(&self.credentials), key, number, upload);
            let ask = Ask {
                what: "UploadPart",
                method: Method::PUT,
                sign: &|| self.sign(&action),
                body: &|| part_of(file, from, PART.min(size - from)),
            };
            let answer = self.ask(&ask).await?;
            tags.push(answer.header(header::ETAG).ok_or_else(|| unclear("UploadPart"))?.to_owned());
        }
        let what = "CompleteMultipartUpload";
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        let action = || {
            let tags = tags.iter().copied();
            CompleteMultipartUpload::new(&self.address, Some(&self.credentials), key, upload, tags)
        };
        let ask = Ask {
            what,
            method: Method::POST,
            sign: &|| self.sign(&action()),
            body: &|| Ok(action().body().into_bytes()),
        };
        let answer = self.ask(&ask).await?;
        // It may say 200 before it knows.
        CompleteMultipartUploadResponse::parse(&text(&answer)).map_err(|_| unclear(what))?;
        Ok(())
    }

    /// The names below the prefix that begin so.
    pub(super) async fn names(&self, begin: &str) -> Result<Vec<String>, Error> {
        let what = "ListObjectsV2";
        let mut names = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            let mut action = self.address.list_objects_v2(Some(&self.credentials));
            action.with_prefix(self.key(begin));
            action.with_max_keys(PAGE);
            if let Some(token) = &token {
                action.with_continuation_token(token.clone());
            }
            let ask = Ask { what, method: Method::GET, sign: &|| self.sign(&action), body: &empty };
            let answer = self.ask(&ask).await?;
            let page = ListObjectsV2::parse_response(&text(&answer)).map_err(|_| unclear(what))?;
            let keys = page.contents.into_iter().map(|object| object.key);
            names.extend(keys.filter_map(|key| Some(key.strip_prefix(&self.prefix)?.to_owned())));
            token = page.next_continuation_token;
            if token.is_none() {
                return Ok(names);
            }
        }
        Err(Error::Store("the store has too many backups to list them".to_owned()))
    }

    pub(super) async fn remove(&self, name: &str) -> Result<(), Error> {
        let key = self.key(name);
        let action = self.address.delete_object(Some(&self.credentials), &key);
        let ask =
            Ask { what: "DeleteObject", method: Method::DELETE, sign: &|| self.sign(&action), body: &empty };
        self.ask(&ask).await.map(drop)
    }

    /// Asks until there is an answer that says yes, or one that will not change.
    async fn ask(&self, ask: &Ask<'_>) -> Result<Answer, Error> {
        let mut tries = 1;
        loop {
            let again = match self.ask_once(ask).await? {
                Ok(answer) if answer.is_success() => return Ok(answer),
                Ok(answer) if tries < TRIES && (answer.status >= 500 || answer.status == 429) => {
                    answer.retry_after(self.clock.now()).unwrap_or_default()
                }
                Ok(answer) => return Err(refused(ask.what, &answer)),
                Err(_) if tries < TRIES => Duration::ZERO,
                Err(why) => {
                    return Err(Error::Store(format!("the store was not reached for {}: {why}", ask.what)));
                }
            };
            tokio::time::sleep(again.clamp(Duration::from_secs(1) * tries, Duration::from_secs(30))).await;
            tries += 1;
        }
    }

    async fn ask_once(&self, ask: &Ask<'_>) -> Result<Result<Answer, crate::outbound::Failure>, Error> {
        let unusable = |why: String| Error::Store(format!("S3_ENDPOINT: {why}"));
        let address = (ask.sign)();
        let target = self.outbound.target(address.as_str(), Purpose::Any);
        let target = target.map_err(|refusal| unusable(refusal.to_string()))?;
        let body =
            (ask.body)().map_err(|error| Error::Store(format!("the backup cannot be read: {error}")))?;
        let (method, headers) = (ask.method.clone(), HeaderMap::new());
        Ok(self.outbound.send(Request { target, method, headers, body, deadline: LONGEST }).await)
    }
}

fn part_of(file: &Path, from: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(file)?;
    file.seek(SeekFrom::Start(from))?;
    let mut part = Vec::with_capacity(length as usize);
    file.take(length).read_to_end(&mut part)?;
    Ok(part)
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

fn unclear(what: &str) -> Error {
    Error::Store(format!("the store's answer to {what} cannot be read"))
}

/// What the store says against it: its code, which is one word (`AccessDenied`), with what that means where it is the
/// configuration's fault; and nothing else of what it sent.
fn refused(what: &str, answer: &Answer) -> Error {
    let text = text(answer);
    let code =
        text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| code);
    let is_word = |code: &&str| code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let code = code.filter(is_word).unwrap_or("without a reason");
    let cause = match code {
        "SignatureDoesNotMatch" => " (S3_SECRET_ACCESS_KEY is not that of S3_ACCESS_KEY_ID)",
        "InvalidAccessKeyId" => " (nobody there knows S3_ACCESS_KEY_ID)",
        "RequestTimeTooSkewed" => " (the clock here or there is wrong)",
        _ => "",
    };
    Error::Store(format!("the store refused {what} with {}: {code}{cause}", answer.status))
}
