//! PURE: the catalog → feeds → documents → an edition of them.

pub mod edition;
