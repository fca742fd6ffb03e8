//! What the host offers to plugins: one file an interface.

pub(crate) mod clock;
pub(crate) mod http;
pub(crate) mod log;
pub(crate) mod net;
pub(crate) mod wasi;
pub(crate) mod wasi_http;

use wasmtime::Engine;
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::types;
use crate::bindings::{clock as clock_interface, http as http_interface, log as log_interface, net as net_interface};
use crate::state::State;

/// A linker with everything that any plugin may import. What a plugin does not import costs it nothing.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    types::add_to_linker::<State, HasSelf<State>>(&mut linker, |state| state)?;
    http_interface::add_to_linker::<State, HasSelf<State>>(&mut linker, |state| state)?;
    net_interface::add_to_linker::<State, HasSelf<State>>(&mut linker, |state| state)?;
    log_interface::add_to_linker::<State, HasSelf<State>>(&mut linker, |state| state)?;
    clock_interface::add_to_linker::<State, HasSelf<State>>(&mut linker, |state| state)?;
    Ok(linker)
}
