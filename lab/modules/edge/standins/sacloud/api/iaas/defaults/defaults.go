// Package defaults stands in for a part of Sakura's SDK.
package defaults

import "time"

var DefaultStatePollingTimeout time.Duration
