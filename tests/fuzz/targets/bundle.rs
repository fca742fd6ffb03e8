//! Any bytes are a bundle or are refused with words, and a bundle is the same when it is read again.
#![no_main]

use holdpoint_bundle::Bundle;
use holdpoint_core::plan::limit::Bytes;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match Bundle::from_bytes(bytes.to_vec(), Bytes::mib(1)) {
        Ok(bundle) => {
            let again = Bundle::from_bytes(bytes.to_vec(), Bytes::mib(1)).expect("it was one a moment ago");
            assert_eq!(bundle.digest, again.digest);
            assert_eq!(bundle.manifest, again.manifest);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
