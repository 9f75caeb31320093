//! For the demo only: `harp serve` mounts nothing of this room.

pub mod pages;
