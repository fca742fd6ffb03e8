//! Loads code that this host compiled before: the one unsafe place of the workspace.
#![expect(unsafe_code, reason = "the engine trusts precompiled code, so loading it can't be safe for it")]

use wasmtime::Engine;
use wasmtime::component::Component;

/// Compiled code whose origin has been proven: made by this process, or read with a valid seal of this host.
pub(crate) struct Proven(Vec<u8>);

impl Proven {
    /// Code that this process has just compiled.
    pub(crate) fn compiled_here(code: Vec<u8>) -> Self {
        Self(code)
    }

    /// Code that a child of this process has compiled and given back through a pipe that nobody else held.
    pub(crate) fn compiled_by_child(code: Vec<u8>) -> Self {
        Self(code)
    }

    /// Code whose seal, made with a key that only this user can read, has been verified over exactly these bytes.
    pub(crate) fn sealed(code: Vec<u8>) -> Self {
        Self(code)
    }

    /// The code.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Makes a component of it. The engine itself refuses code for another version, machine or configuration.
    pub(crate) fn load(&self, engine: &Engine) -> wasmtime::Result<Component> {
        // SAFETY: the bytes came out of `Engine::precompile_component` of this host, as all constructors promise,
        // and they are read from memory, where nobody else can change them after they were verified.
        unsafe { Component::deserialize(engine, &self.0) }
    }
}
