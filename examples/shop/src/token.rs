//! Unguessable tokens for sessions and forms.

use crate::refusal::Refusal;

/// Returns 128 random bits as 32 hexadecimal digits.
///
/// # Errors
/// Refuses the request when the machine has no randomness to give.
pub(crate) fn fresh_token() -> Result<String, Refusal> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| Refusal::internal("no randomness available"))?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}
