//! The clauses of the RFCs and of OpenID Connect, one directory each, against the whole router in this process, on both
//! databases. A person is put into the store; how people sign in is tried elsewhere.

pub mod op;

mod any_query;
mod disabled_client;
mod oidc_core_3_1_2;
mod oidc_core_3_1_2_1;
mod oidc_core_3_1_3;
mod oidc_core_5_3;
mod oidc_discovery_4;
mod oidc_rp_logout;
mod rfc6749_2_3;
mod rfc6749_3_1_2;
mod rfc6749_4_1;
mod rfc6749_5_2;
mod rfc7636;
mod rfc9207;
mod step_up;
mod terms;
mod waiting;
mod why;
