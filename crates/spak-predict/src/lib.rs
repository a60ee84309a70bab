//! What a config must cost before it runs: bytes, operations, resources, and a bound on its time.
