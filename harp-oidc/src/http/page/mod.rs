//! The pages that people see, one file per area.
