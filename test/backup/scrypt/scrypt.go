// Package scrypt stands in for github.com/elithrar/simple-scrypt in the restic of the tests. restic asks it how
// costly a new key may be, and gets the least that scrypt takes: half a second for each of 300 runs of restic would
// prove nothing. Keys are derived by restic itself, with golang.org/x/crypto.
package scrypt

import "time"

// Params are restic's for a key: cost, block size, parallelisation, and lengths in bytes.
type Params struct{ N, R, P, SaltLen, DKLen int }

// DefaultParams are what restic begins with.
var DefaultParams = Params{N: 2, R: 1, P: 1, SaltLen: 64, DKLen: 32}

// Calibrate answers at once, whatever time and memory may be spent.
func Calibrate(_ time.Duration, _ int, params Params) (Params, error) {
	params.N, params.R, params.P = DefaultParams.N, DefaultParams.R, DefaultParams.P
	return params, nil
}

// Check refuses what no key can be derived with.
func (p *Params) Check() error { return nil }
