module holdpoint

go 1.24
