module conformance

go 1.24

require holdpoint v0.0.0

replace holdpoint => ../../go
