"""GNU social's API (doc/twitterapi of each server), on a port of its own: one server of many."""
