//! What the whole-program tests share: finding binaries, starting servers, running the program.
