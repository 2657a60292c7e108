//! `/channels`, `/channel-offer`, `/push-subscriptions`, `/unsubscribe`.

use crate::{
    caller::Caller,
    channels,
    error::Error,
    http::{
        CurrentAccount, Json, Path,
        act::{read, write},
        precondition::{IfMatch, etag},
    },
    state::State,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{ACCEPT, ContentType, LOCATION},
    },
    web,
};
use daymark_shared::{
    channel::{Channel, ChannelEdit, ChannelOffer, NewChannel, Renewal, TestResult},
    ids::ChannelId,
    page::Page,
    problem::Problem,
};

/// The description of these routes.
#[derive(utoipa::OpenApi)]
#[openapi(paths(offer, create, list, get, edit, delete, test, rotate, renew, unsubscribe_page, unsubscribe))]
pub struct Api;

/// Registers the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/channel-offer").get(offer))
        .service(web::resource("/channels").post(create).get(list))
        .service(web::resource("/channels/{id}").get(get).patch(edit).delete(delete))
        .service(web::resource("/channels/{id}/test").post(test))
        .service(web::resource("/channels/{id}/secret").put(rotate))
        .service(web::resource("/push-subscriptions/{secret}").put(renew))
        .service(web::resource("/unsubscribe/{token}").get(unsubscribe_page).post(unsubscribe));
}

fn answer(status: StatusCode, channel: &Channel) -> HttpResponse {
    HttpResponse::build(status).insert_header(etag(channel.revision)).json(channel)
}

/// Which ways of reminding there are
///
/// The key that browsers subscribe with, and whether mail can be sent.
#[utoipa::path(get, path = "/api/v1/channel-offer", tag = "channels",
    responses((status = 200, body = ChannelOffer), (status = 401, body = Problem)))]
async fn offer(state: web::Data<State>, _: CurrentAccount) -> HttpResponse {
    HttpResponse::Ok().json(channels::offer(&state))
}

/// Create a channel
///
/// With the same id and body again, and for a browser or mailbox that has a channel already, it answers what is there,
/// renewed. What the answer calls `secret` is told here only.
#[utoipa::path(post, path = "/api/v1/channels", tag = "channels", request_body = NewChannel,
    responses((status = 201, body = Channel), (status = 200, body = Channel, description = "Made before"),
        (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: web::Data<State>,
    who: CurrentAccount,
    Json(new): Json<NewChannel>,
) -> Result<HttpResponse, Error> {
    channels::admit(&state, &new.target)?;
    let (channel, is_new) =
        write(&state, who, move |tx, caller| channels::create(tx, caller, Some(who.session), new)).await?;
    Ok(answer(if is_new { StatusCode::CREATED } else { StatusCode::OK }, &channel))
}

/// List the channels
///
/// All of them on one page, in the order of fallbacks.
#[utoipa::path(get, path = "/api/v1/channels", tag = "channels",
    responses((status = 200, body = Page<Channel>), (status = 401, body = Problem)))]
async fn list(state: web::Data<State>, who: CurrentAccount) -> Result<HttpResponse, Error> {
    Ok(HttpResponse::Ok()
        .json(read(&state, who, move |tx, caller| channels::list(tx, caller, Some(who.session))).await?))
}

/// Get a channel
#[utoipa::path(get, path = "/api/v1/channels/{id}", tag = "channels", params(("id" = ChannelId, Path)),
    responses((status = 200, body = Channel), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn get(
    state: web::Data<State>,
    who: CurrentAccount,
    Path(id): Path<ChannelId>,
) -> Result<HttpResponse, Error> {
    let channel =
        read(&state, who, move |tx, caller| channels::get(tx, caller, Some(who.session), id)).await?;
    Ok(answer(StatusCode::OK, &channel))
}

/// Edit a channel
///
/// Name, role and place; or where it leads, within its kind. Given a target, it is used again where it had ended.
#[utoipa::path(patch, path = "/api/v1/channels/{id}", tag = "channels", request_body = ChannelEdit,
    params(("id" = ChannelId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Channel), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
        (status = 428, body = Problem)))]
async fn edit(
    state: web::Data<State>,
    who: CurrentAccount,
    Path(id): Path<ChannelId>,
    seen: IfMatch,
    Json(edit): Json<ChannelEdit>,
) -> Result<HttpResponse, Error> {
    // Whose channel it is comes before what is wrong with an address.
    read(&state, who, move |tx, caller| channels::get(tx, caller, None, id)).await?;
    if let Some(target) = &edit.target {
        channels::admit(&state, target)?;
    }
    let channel = write(&state, who, move |tx, caller| {
        channels::edit(tx, caller, Some(who.session), id, (&seen, edit))
    })
    .await?;
    Ok(answer(StatusCode::OK, &channel))
}

/// Delete a channel
#[utoipa::path(delete, path = "/api/v1/channels/{id}", tag = "channels", params(("id" = ChannelId, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn delete(
    state: web::Data<State>,
    who: CurrentAccount,
    Path(id): Path<ChannelId>,
) -> Result<HttpResponse, Error> {
    write(&state, who, move |tx, caller| channels::delete(tx, caller, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Send a test message
///
/// Now, within five seconds; ten in ten minutes.
#[utoipa::path(post, path = "/api/v1/channels/{id}/test", tag = "channels", params(("id" = ChannelId, Path)),
    responses((status = 200, body = TestResult), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 429, body = Problem)))]
async fn test(
    state: web::Data<State>,
    who: CurrentAccount,
    Path(id): Path<ChannelId>,
) -> Result<HttpResponse, Error> {
    Ok(HttpResponse::Ok().json(channels::test(&state, who.account, id).await?))
}

/// Give a webhook another secret
///
/// For a day, messages are signed with the one before as well.
#[utoipa::path(put, path = "/api/v1/channels/{id}/secret", tag = "channels", params(("id" = ChannelId, Path)),
    responses((status = 200, body = Channel), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn rotate(
    state: web::Data<State>,
    who: CurrentAccount,
    Path(id): Path<ChannelId>,
) -> Result<HttpResponse, Error> {
    let channel = write(&state, who, move |tx, caller| channels::rotate(tx, caller, id)).await?;
    Ok(answer(StatusCode::OK, &channel))
}

/// Renew a browser's subscription
///
/// For its service worker, which has no session: the address holds the secret of the channel.
#[utoipa::path(put, path = "/api/v1/push-subscriptions/{secret}", tag = "channels", security(()),
    request_body = Renewal, params(("secret" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn renew(
    state: web::Data<State>,
    Path(secret): Path<String>,
    Json(Renewal { subscription }): Json<Renewal>,
) -> Result<HttpResponse, Error> {
    let (at, now) = (state.clone(), state.clock.now());
    let (account, id) = state.db.read(move |tx| channels::renewed_by(tx, &at.vault, &secret)).await?;
    channels::admit_push(&state, &subscription, "/subscription")?;
    let at = state.clone();
    let renewed = state
        .db
        .write(move |tx| channels::renew(tx, &Caller { account, vault: &at.vault, now }, id, subscription));
    renewed.await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A page for who opens the address to unsubscribe
///
/// Mail programs show it as a link. Opening it changes nothing: there is a button on it.
#[utoipa::path(get, path = "/api/v1/unsubscribe/{token}", tag = "channels", security(()),
    params(("token" = String, Path)),
    responses((status = 200, content_type = "text/html", body = String), (status = 404, body = Problem)))]
async fn unsubscribe_page(state: web::Data<State>, Path(token): Path<String>) -> Result<HttpResponse, Error> {
    let at = state.clone();
    let page = state.db.read(move |tx| channels::unsubscribe_page(tx, &at.vault, &token)).await?;
    Ok(HttpResponse::Ok().content_type(ContentType::html()).body(page))
}

/// Unsubscribe a mailbox
///
/// With one click in a mail program (RFC 8058), without a session: the address is the one of the mail. The body says
/// nothing more, and is not read. A browser that sends the form of the page gets that page again.
#[utoipa::path(post, path = "/api/v1/unsubscribe/{token}", tag = "channels", security(()),
    params(("token" = String, Path)),
    responses((status = 204), (status = 303, description = "To the page"), (status = 404, body = Problem)))]
async fn unsubscribe(
    state: web::Data<State>,
    request: HttpRequest,
    Path(token): Path<String>,
) -> Result<HttpResponse, Error> {
    let (at, now, by) = (state.clone(), state.clock.now(), token.clone());
    let (account, id) = state.db.read(move |tx| channels::unsubscribed_by(tx, &at.vault, &by)).await?;
    let at = state.clone();
    let ended =
        state.db.write(move |tx| channels::unsubscribe(tx, &Caller { account, vault: &at.vault, now }, id));
    ended.await?;
    let accepts = request.headers().get(ACCEPT).and_then(|accepts| accepts.to_str().ok());
    if accepts.is_some_and(|accepts| accepts.contains("text/html")) {
        return Ok(HttpResponse::SeeOther().insert_header((LOCATION, format!("./{token}"))).finish());
    }
    Ok(HttpResponse::NoContent().finish())
}
