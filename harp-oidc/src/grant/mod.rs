//! What applications get from a sign-in: who they are, the code, what it was exchanged for, and the request that waits
//! meanwhile. Pure entities; the room `store` keeps them.

pub mod access;
pub mod client;
pub mod code;
pub mod family;
pub mod interaction;
pub mod kept;
pub mod registration;
pub mod subject;
pub mod terms;

harp_core::ids! {
    /// Everything that one authorization code led to.
    FamilyId "fam";
}
