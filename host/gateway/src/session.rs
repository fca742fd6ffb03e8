//! Sessions: one call's slice of the gateway, with its grants, its limits and its record.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use holdpoint_core::name::EndpointName;
use holdpoint_core::plan::endpoint::Endpoint;
use holdpoint_core::plan::grant::Method;
use holdpoint_core::plan::limit::Limits;
use rustls::sign::CertifiedKey;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use crate::admit::Scope;
use crate::answer::{Caps, Exchange, HttpAnswer};
use crate::carried::{Carried, Shown};
use crate::denial::Denial;
use crate::gateway::Gateway;
use crate::outside::{Play, Wanted};
use crate::placeholder::{Fill, Outgoing};
use crate::record::{Ledger, Measure, Recorded, Row, length};
use crate::refusal::Refusal;
use crate::request::{self, HttpRequest};
use crate::time::Time;
use crate::turn::{self, Caller};
use crate::vault::Vault;

/// The shortest time that a request may be given: a guest's zero means "at once", not "never".
const SHORTEST: Duration = Duration::from_millis(1);

/// One call's slice of the gateway.
pub struct Session {
    pub(crate) gateway: Gateway,
    pub(crate) scope: Scope,
    pub(crate) bounds: Bounds,
    pub(crate) ledger: Ledger,
    turns: Semaphore,
    caller: Caller,
    /// What stands in the place of the network, in a rehearsal.
    play: Option<Play>,
}

/// What one call may use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) headers: holdpoint_core::plan::limit::Bytes,
    pub(crate) body: u64,
    request_time: Duration,
    deadline: Instant,
    parallel: usize,
}

impl Bounds {
    /// How long something may take that was given this long by the guest.
    pub(crate) fn patience(&self, given: Option<Duration>) -> Duration {
        given.unwrap_or(self.request_time).clamp(SHORTEST, self.request_time.max(SHORTEST))
    }
}

/// A request that was admitted, and where it goes.
struct Way<'a> {
    name: &'a EndpointName,
    endpoint: &'a Endpoint,
    method: &'a Method,
    request: &'a HttpRequest,
}

/// The permission to use the network now. Given back when dropped.
pub(crate) type Turn<'a> = (SemaphorePermit<'a>, turn::Turn);

impl Session {
    pub(crate) fn new(gateway: Gateway, scope: Scope, limits: &Limits, deadline: Instant, play: Option<Play>) -> Self {
        let bounds = Bounds {
            headers: limits.headers,
            body: limits.body.0,
            request_time: Duration::from_millis(limits.request_time.as_millis()),
            deadline,
            parallel: usize::try_from(limits.parallel_requests).unwrap_or(usize::MAX).clamp(1, 1_024),
        };
        let measure = Measure {
            asked: limits.requests,
            denials: gateway.shared.settings.denials,
            kept: limits.body.0.saturating_mul(4),
        };
        let turns = Semaphore::new(bounds.parallel);
        let caller = gateway.shared.turns.caller();
        let time = play.as_ref().map_or_else(Time::real, |play| play.time.clone());
        Self { gateway, scope, bounds, ledger: Ledger::new(measure, time), turns, caller, play }
    }

    /// Sends one request and waits for its answer.
    ///
    /// Dropping the future takes the request back; its row then says that the call ended before it did.
    ///
    /// # Errors
    /// When it is not allowed, not well-formed, or no whole answer comes in time.
    pub async fn send(&self, request: HttpRequest) -> Result<HttpAnswer, Refusal> {
        let shown = self.shown(request.body.as_ref());
        let row = self.ledger.open(|body| request.asked(self.bounds.headers, body), shown.as_ref())?;
        let result = self.exchange(row, request).await;
        match &result {
            Ok(answer) => self.ledger.close(row, answer.ended(self.ledger.received(&answer.body))),
            Err(refusal) => self.ledger.refuse(row, refusal),
        }
        result
    }

    /// Sends several requests side by side, as far as the call's limit allows. The answers stand in the order of the
    /// requests.
    pub async fn send_all(&self, requests: Vec<HttpRequest>) -> Vec<Result<HttpAnswer, Refusal>> {
        if let Some(play) = &self.play {
            return self.send_all_in(play, requests).await;
        }
        let numbered = requests.into_iter().enumerate();
        let sending = numbered.map(|(number, request)| async move { (number, self.send(request).await) });
        let mut answers: Vec<_> = stream::iter(sending).buffer_unordered(self.bounds.parallel).collect().await;
        answers.sort_unstable_by_key(|(number, _)| *number);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }

    /// The same in a play: one after the other, in a time that they share.
    async fn send_all_in(&self, play: &Play, requests: Vec<HttpRequest>) -> Vec<Result<HttpAnswer, Refusal>> {
        let mut answers = Vec::with_capacity(requests.len());
        let mut begin = play.time.since_begin();
        let mut requests = requests.into_iter();
        loop {
            let mut end = begin;
            let batch: Vec<HttpRequest> = requests.by_ref().take(self.bounds.parallel).collect();
            if batch.is_empty() {
                return answers;
            }
            for request in batch {
                play.time.reach(begin);
                answers.push(self.send(request).await);
                end = end.max(play.time.since_begin());
            }
            play.time.reach(end);
            begin = end;
        }
    }

    /// The time that the call lives in.
    pub fn time(&self) -> Time {
        self.play.as_ref().map_or_else(Time::real, |play| play.time.clone())
    }

    /// Whether the call's time is over, where it is played. The machine's own is the caller's to watch.
    pub fn is_over(&self) -> bool {
        self.play.as_ref().is_some_and(Play::is_over)
    }

    /// Takes the record out. What is asked for afterwards leaves no trace in it.
    pub fn finish(&self) -> Recorded {
        self.ledger.finish()
    }

    async fn exchange(&self, row: Row, request: HttpRequest) -> Result<HttpAnswer, Refusal> {
        let method = request::method(&request.method)?;
        let headers = request::headers(&request.headers, self.bounds.headers)?;
        let admitted = self.scope.admit_http(&method, &request.url)?;
        let (name, endpoint, url) = (admitted.name, admitted.endpoint, admitted.place.url());
        self.ledger.admitted(row, name, Some(url.as_str()));
        self.gateway.shared.pools.vetted(endpoint).check_literal().map_err(|barred| {
            Refusal::from(Denial::Address { endpoint: name.clone(), barred, rules: endpoint.addresses.clone() })
        })?;
        let mut outgoing = Outgoing { url: url.clone(), headers, body: request.body.clone() };
        let shown = self.add_secrets(row, name, &mut outgoing)?;
        let way = Way { name, endpoint, method: &method, request: &request };
        let answer = match &self.play {
            Some(play) => self.played(play, &way, &outgoing),
            None => self.dialled(&way, outgoing).await,
        };
        let Some(vault) = self.vault() else { return answer };
        let answer = answer.map_err(|refusal| vault.hide_refusal(refusal))?;
        let answer = vault.hide(name, answer, self.most(&request))?;
        // What was asked is told back as the guest may know it.
        Ok(match shown {
            Some(shown) => HttpAnswer { url: shown.url, ..answer },
            None => answer,
        })
    }

    /// Sends a request that was admitted over the network.
    async fn dialled(&self, way: &Way<'_>, outgoing: Outgoing) -> Result<HttpAnswer, Refusal> {
        let Way { name, endpoint, method, request } = *way;
        let pool = self.gateway.shared.pools.of(&self.scope, name, endpoint, self.certificate(name))?;
        let built = request::build(method, outgoing)?;
        let _turn = self.turn().await?;
        self.gateway.shared.make_room(&pool);
        let exchange = Exchange { name, endpoint, pool: &pool, ledger: &self.ledger, caps: self.caps(request) };
        exchange.carry_out(built).await
    }

    /// Has a request answered by a play.
    fn played(&self, play: &Play, way: &Way<'_>, outgoing: &Outgoing) -> Result<HttpAnswer, Refusal> {
        let played = play.outside.answer(&Wanted {
            caller: &play.caller,
            endpoint: way.name,
            method: way.method.as_str(),
            url: &outgoing.url,
            headers: &outgoing.headers,
            body: outgoing.body.as_ref(),
            at: play.time.moment(),
        });
        if !played.end.as_ref().is_err_and(Refusal::is_before_sending) {
            self.ledger.left(length(outgoing.body.as_ref()));
        }
        let most = self.bounds.patience(way.request.timeout);
        let (end, took) = play.ended(played, most);
        end.map(|scripted| scripted.received(&outgoing.url, took, self.most(way.request)))
    }

    pub(crate) fn play(&self) -> Option<&Play> {
        self.play.as_ref()
    }

    /// Puts the endpoint's secrets into a request that was checked, and returns how it may be shown where there are any. A
    /// placeholder is denied whether there are secrets or not.
    fn add_secrets(
        &self,
        row: Row,
        endpoint: &EndpointName,
        outgoing: &mut Outgoing,
    ) -> Result<Option<Shown>, Refusal> {
        let carried = self.vault().and_then(|vault| vault.carried(endpoint));
        if let Some(carried) = carried {
            carried.check(endpoint, outgoing)?;
        }
        if self.vault().is_some() {
            Vault::maskable(&mut outgoing.headers)?;
        }
        // What is shown is taken before placeholders are filled.
        let shown = carried.map(|carried| carried.add(outgoing));
        Fill { endpoint, values: carried.map(Carried::filled) }.all(outgoing)?;
        if let Some(shown) = &shown {
            self.ledger.added(row, shown);
        }
        Ok(shown)
    }

    /// What a guest sends, as it is kept: a value that it should not have is masked there too.
    pub(crate) fn shown(&self, body: Option<&Bytes>) -> Option<Bytes> {
        let body = body?.clone();
        Some(self.vault().map_or_else(|| body.clone(), |vault| vault.hide_bytes(body.clone())))
    }

    /// What the endpoint's server is shown in TLS handshakes.
    pub(crate) fn certificate(&self, endpoint: &EndpointName) -> Option<&Arc<CertifiedKey>> {
        self.vault()?.carried(endpoint)?.certificate()
    }

    pub(crate) fn vault(&self) -> Option<&Vault> {
        self.gateway.shared.vault.get()
    }

    /// The longest body that this request may get, in bytes.
    fn most(&self, request: &HttpRequest) -> u64 {
        request.max_body.unwrap_or(u64::MAX).min(self.bounds.body)
    }

    /// Waits until neither the call nor the process uses as much of the network as it may.
    pub(crate) async fn turn(&self) -> Result<Turn<'_>, Refusal> {
        let both = async {
            let own = self.turns.acquire().await?;
            let shared = self.gateway.shared.turns.take(self.caller).await;
            Ok::<_, tokio::sync::AcquireError>((own, shared))
        };
        let late = || Refusal::Timeout("the call's time was over before it was this request's turn".to_owned());
        timeout_at(self.bounds.deadline, both).await.map_err(|_| late())?.map_err(|_| late())
    }

    /// When something must be over that begins now and was given this long by the guest.
    pub(crate) fn end(&self, given: Option<Duration>) -> Instant {
        (Instant::now() + self.bounds.patience(given)).min(self.bounds.deadline)
    }

    fn caps(&self, request: &HttpRequest) -> Caps {
        let settings = &self.gateway.shared.settings;
        Caps {
            end: self.end(request.timeout),
            first_byte: settings.first_byte,
            between_bytes: settings.between_bytes,
            headers: self.bounds.headers,
            body: self.most(request).saturating_add(self.vault().map_or(0, Vault::reach)),
        }
    }
}
