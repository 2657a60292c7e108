//! A request's body on its way. actix waits for it for as long as the other end likes, so a limit stands around it,
//! whoever reads it.

use actix_web::{
    HttpMessage,
    body::{BodySize, BoxBody, MessageBody},
    dev::{Payload, ServiceRequest},
    error::PayloadError,
    web::Bytes,
};
use futures_util::{Stream, StreamExt, stream::poll_fn};
use std::{
    cell::RefCell,
    error::Error,
    future::Future,
    io::ErrorKind,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

/// A request's body; `None` where there is none.
pub(super) type Incoming = Option<Rc<RefCell<Payload>>>;

/// From now on the body of this request may take so long, and reading it fails after that: see [`is_late`].
pub(super) fn limit(request: &mut ServiceRequest, patience: Duration) -> Incoming {
    let body = match request.take_payload() {
        Payload::None => return None,
        body => Rc::new(RefCell::new(body)),
    };
    let arriving = Rc::clone(&body);
    let mut end = Box::pin(tokio::time::sleep(patience));
    let in_time = poll_fn(move |context| match arriving.borrow_mut().poll_next_unpin(context) {
        Poll::Pending => {
            end.as_mut().poll(context).map(|()| Some(Err(PayloadError::Io(ErrorKind::TimedOut.into()))))
        }
        arrived => arrived,
    });
    let in_time: Pin<Box<dyn Stream<Item = _>>> = Box::pin(in_time);
    request.set_payload(in_time.into());
    Some(body)
}

/// Whether reading failed because the body took too long.
pub(super) fn is_late(error: &actix_web::Error) -> bool {
    matches!(error.as_error(), Some(PayloadError::Io(error)) if error.kind() == ErrorKind::TimedOut)
}

/// The body of an answer, which keeps that of the request until it has been sent. What nobody keeps actix goes on
/// reading if it comes in chunks, without a limit; for what is kept and unread it closes the connection.
pub(super) struct Outgoing {
    body: BoxBody,
    _request: Incoming,
}

impl Outgoing {
    /// The body of the answer to this request.
    pub(super) fn new(body: BoxBody, request: Incoming) -> Self {
        Self { body, _request: request }
    }
}

impl MessageBody for Outgoing {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}
