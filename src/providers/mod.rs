//! Packs: what each sender signs, sends and repeats, in types of its own.

pub mod logto;
