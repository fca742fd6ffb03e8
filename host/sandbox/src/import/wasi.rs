//! WASI 0.2 with empty contexts: no files, no environment, no arguments, no sockets, no names. Standard output and
//! error go to the call's log.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use holdpoint_gateway::Time;
use tokio::io::AsyncWrite;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::WasiHttpCtx;

use crate::import::clock::{look, read};
use crate::import::wasi_http::Outgoing;
use crate::log::Output;
use crate::seed::{Seed, Source};
use crate::state::{SharedLog, State};
use crate::world::{Question, World};

/// What ordinary libraries see of a system.
pub(crate) struct Wasi {
    pub(super) table: ResourceTable,
    ctx: WasiCtx,
    pub(super) http: WasiHttpCtx,
    pub(super) outgoing: Outgoing,
}

impl State {
    /// The system that ordinary libraries see, made at the first look.
    pub(super) fn wasi(&mut self) -> &mut Wasi {
        let (log, limits, world) = (&self.log, &self.limits, &self.world);
        self.wasi.get_or_insert_with(|| {
            let seed = Seed::of(world);
            let mut table = ResourceTable::new();
            table.set_max_capacity(limits.handles as usize);
            let mut ctx = WasiCtx::builder();
            ctx.stdout(Stream { log: log.clone(), output: Output::Standard })
                .stderr(Stream { log: log.clone(), output: Output::Error })
                .wall_clock(Clock { world: world.clone(), time: world.time() })
                .monotonic_clock(Clock { world: world.clone(), time: world.time() })
                .secure_random(seed.stream(Source::Secure))
                .insecure_random(seed.stream(Source::Insecure))
                .insecure_random_seed(seed.number())
                .max_random_size(limits.random.0)
                .allow_tcp(false)
                .allow_udp(false)
                .allow_ip_name_lookup(false);
            let mut http = WasiHttpCtx::new();
            http.set_field_size_limit(usize::try_from(limits.headers.0).unwrap_or(usize::MAX));
            let outgoing = Outgoing::new(world.clone(), limits.body);
            Box::new(Wasi { table, ctx: ctx.build(), http, outgoing })
        })
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let wasi = self.wasi();
        WasiCtxView { ctx: &mut wasi.ctx, table: &mut wasi.table }
    }
}

/// The clocks, whose times are turns of the call's world. A guest that reads one more often than was recorded gets
/// nothing in a replay, and the replay is told to be none.
struct Clock {
    world: World,
    time: Time,
}

impl HostWallClock for Clock {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        self.world.turn(&Question::bare("wasi:clocks.wall"), || read(&self.time)).unwrap_or_default()
    }
}

impl HostMonotonicClock for Clock {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        let nanos = || {
            look(&self.time);
            u64::try_from(self.time.since_begin().as_nanos()).unwrap_or(u64::MAX)
        };
        self.world.turn(&Question::bare("wasi:clocks.monotonic"), nanos).unwrap_or_default()
    }
}

/// Standard output or error: lines in the call's log.
#[derive(Clone)]
struct Stream {
    log: SharedLog,
    output: Output,
}

impl IsTerminal for Stream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Stream {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.log.pour(self.output, bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
