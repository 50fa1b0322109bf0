//! The service as its callers see it: through the router in memory with a clock moved by hand, and
//! once through a real socket.

mod bad_input;
mod chores;
mod durability;
mod harness;
mod jwts;
mod races;
mod repeats;
mod sessions;
mod sign_in;
mod throttles;
mod users;
