//! PURE: the catalog → feeds → documents → an edition of them.

pub mod model;

pub mod assemble;

pub mod edition;

pub mod format;

pub mod page;

pub mod directory;

pub mod review;
