module {{name}}

go 1.24

// Written by `holdpoint new` and kept up to date by `holdpoint build`.
replace holdpoint => ./.holdpoint/sdk/go

require holdpoint v0.0.0
