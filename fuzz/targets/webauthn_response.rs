#![cfg_attr(fuzzing, no_main)]
harp_fuzz::target!(webauthn_response);
