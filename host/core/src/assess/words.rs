//! Words: an assessment's terms, said so that a reader can hold them against what was meant.

use core::fmt;

use super::assessment::{Assessment, Conditions};
use super::terms::Mode;

impl fmt::Display for Assessment {
    /// Writes all terms in one line without a full stop, defaults among them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; ", self.conditions)?;
        self.say_times(f)?;
        self.say_limits(f)?;
        self.say_retries(f)?;
        match self.mode {
            Mode::Counted => Ok(()),
            Mode::DryRun => f.write_str("; a dry run, from which nothing follows"),
        }
    }
}

impl Assessment {
    fn say_times(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.effective_count(), self.interval) {
            (Some(count), Some(interval)) => write!(f, "{}, {interval} apart", Many(count.get(), MEASUREMENT))?,
            (Some(count), None) => write!(f, "{}", Many(count.get(), MEASUREMENT))?,
            (None, Some(interval)) => write!(f, "measurements {interval} apart, without end")?,
            (None, None) => {}
        }
        if self.initial_delay.as_millis() > 0 {
            write!(f, ", the first after {}", self.initial_delay)?;
        }
        Ok(())
    }

    fn say_limits(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.failure_limit {
            Some(limit) => write!(f, "; failed with {}", Beyond(limit, FAILURE))?,
            None => f.write_str("; any number of failures is accepted")?,
        }
        if let Some(window) = self.failure_window {
            write!(f, " within {window}")?;
        }
        write!(f, "; inconclusive with {}", Beyond(self.inconclusive_limit, INCONCLUSIVE))?;
        match self.consecutive_error_limit {
            0 => f.write_str("; in error with the first error")?,
            limit => write!(f, "; in error with {} in a row", Beyond(limit, ERROR))?,
        }
        if let Some(budget) = self.error_budget {
            write!(f, ", or {} in all", Beyond(budget, ERROR))?;
        }
        match self.consecutive_success_limit {
            Some(limit) => write!(f, "; successful with {} in a row", Many(limit.get(), SUCCESS)),
            None => Ok(()),
        }
    }

    fn say_retries(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "; after an error again in {}", self.error_retry.after)?;
        match self.error_retry.longest {
            Some(longest) if longest > self.error_retry.after => {
                write!(f, ", each time twice as long, up to {longest}")
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl fmt::Display for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Success(success) => write!(f, "{success} is a success, anything else a failure"),
            Self::Failure(failure) => write!(f, "{failure} is a failure, anything else a success"),
            Self::Both { success, failure } => {
                write!(f, "{failure} is a failure, otherwise {success} is a success, anything else is inconclusive")
            }
        }
    }
}

/// What is counted, one and several of it.
type Counted = (&'static str, &'static str);

const MEASUREMENT: Counted = ("measurement", "measurements");
const FAILURE: Counted = ("failure", "failures");
const SUCCESS: Counted = ("success", "successes");
const ERROR: Counted = ("error", "errors");
const INCONCLUSIVE: Counted = ("inconclusive measurement", "inconclusive measurements");

/// So many.
struct Many(u32, Counted);

impl fmt::Display for Many {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number, (one, several)) = self;
        write!(f, "{number} {}", if *number == 1 { one } else { several })
    }
}

/// One more than a limit.
struct Beyond(u32, Counted);

impl fmt::Display for Beyond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self(0, (one, _)) => write!(f, "the first {one}"),
            Self(limit, counted) => write!(f, "more than {}", Many(*limit, *counted)),
        }
    }
}
