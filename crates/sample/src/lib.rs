//! Development only: the sample clinic ことり内科クリニック and its synthetic patients, from a seed.
