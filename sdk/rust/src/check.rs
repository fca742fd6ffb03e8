//! Checks: a struct of settings, a function that looks, and [`check!`](crate::check!) to make a plugin of them.

use serde::de::DeserializeOwned;

use crate::{Call, Failure, Host, Problem, Verdict, settings};

/// What a check comes back with: what it found, or why it could not look.
pub type CheckResult = Result<Verdict, Failure>;

/// The function that looks.
pub type Run<S> = fn(&S, &Host, &Call) -> CheckResult;

/// The function that finds what is wrong with settings beyond what their types can say.
pub type Validate<S> = fn(&S) -> Vec<Problem>;

/// Makes a plugin of a settings type and a function.
///
/// `check!(Settings, look)` or, when settings can be wrong in ways that their types don't say,
/// `check!(Settings, look, validate = examine)`. Once in a crate, at its top. Natively it only checks the types.
#[macro_export]
macro_rules! check {
    ($settings:ty, $run:path) => {
        $crate::check!($settings, $run, validate = $crate::check::nothing_more);
    };
    ($settings:ty, $run:path, validate = $validate:path) => {
        const _: ($crate::check::Run<$settings>, $crate::check::Validate<$settings>) = ($run, $validate);

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            struct Plugin;

            impl $crate::bindings::check::exports::holdpoint::plugin::checker::Guest for Plugin {
                fn validate(settings: ::std::string::String) -> ::std::vec::Vec<$crate::Problem> {
                    $crate::panic::tell();
                    $crate::check::validate::<$settings>($validate, &settings)
                }

                fn run(call: $crate::Call) -> $crate::CheckResult {
                    $crate::panic::tell();
                    $crate::check::run::<$settings>($run, $validate, &$crate::Host::new(), &call)
                }
            }

    $crate::bindings::check::export_check!(Plugin with_types_in $crate::bindings::check);
        };
    };
}

impl Call {
    /// Whether this call samples a signal: the plan's rules judge what it measures, and a number is all that is asked
    /// for. The host says so with the label `purpose`, which is `signal` then.
    #[must_use]
    pub fn is_signal(&self) -> bool {
        self.labels.iter().any(|(name, value)| name == "purpose" && value == "signal")
    }
}

/// Finds nothing: for settings about which their types say all.
pub fn nothing_more<S>(_settings: &S) -> Vec<Problem> {
    Vec::new()
}

/// Answers the host's `validate`.
#[must_use]
pub fn validate<S: DeserializeOwned>(validate: Validate<S>, settings: &str) -> Vec<Problem> {
    match settings::parse(settings) {
        Ok(settings) => validate(&settings),
        Err(problem) => vec![problem],
    }
}

/// Answers the host's `run`. Settings that `validate` finds wrong are never run with.
///
/// # Errors
/// [`Failure::Settings`] for settings that are wrong, else whatever the function says.
pub fn run<S: DeserializeOwned>(run: Run<S>, validate: Validate<S>, host: &Host, call: &Call) -> CheckResult {
    let settings = settings::accept(&call.settings, validate)?;
    run(&settings, host, call)
}
