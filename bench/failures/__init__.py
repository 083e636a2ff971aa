"""What `make bench-failover` is made of: a client, the processes under test, one module for each kind of trouble."""
