//! TLS: whose certificates are believed.

use super::failure::Fault;
use crate::config;
use native_tls::Certificate;
use std::{fs, path::PathBuf, sync::OnceLock};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_native_tls::{TlsConnector, TlsStream};

/// The operator's certificates cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("OUTBOUND_CA_FILE: no certificates can be read from {}", .0.display())]
pub struct OpenError(PathBuf);

/// The authorities that the operator adds to the system's.
///
/// # Errors
/// [`OpenError`] where their file holds none.
pub fn certificates(config: &config::Outbound) -> Result<Vec<Certificate>, OpenError> {
    let Some(file) = &config.ca_file else { return Ok(Vec::new()) };
    let text = fs::read(file).map_err(|_| OpenError(file.clone()))?;
    match Certificate::stack_from_pem(&text) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(OpenError(file.clone())),
    }
}

/// Believes the system's authorities and the operator's. They are loaded when the first connection needs them: they
/// take 3 MB, which a process that asks nobody does without.
pub(super) struct Tls {
    own: Vec<Certificate>,
    connector: OnceLock<TlsConnector>,
}

impl Tls {
    pub(super) fn new(config: &config::Outbound) -> Result<Self, OpenError> {
        Ok(Self { own: certificates(config)?, connector: OnceLock::new() })
    }

    /// The handshake, with the host's name held against its certificate.
    pub(super) async fn handshake<S>(&self, host: &str, stream: S) -> Result<TlsStream<S>, Fault>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        self.connector()?.connect(host, stream).await.map_err(|_| Fault::Tls)
    }

    fn connector(&self) -> Result<&TlsConnector, Fault> {
        if let Some(made) = self.connector.get() {
            return Ok(made);
        }
        let mut builder = native_tls::TlsConnector::builder();
        for certificate in &self.own {
            builder.add_root_certificate(certificate.clone());
        }
        let made = builder.build().map_err(|_| Fault::Tls)?;
        Ok(self.connector.get_or_init(|| made.into()))
    }
}
