// Package search stands in for a part of Sakura's SDK.
package search

type FilterKey string

type Filter map[FilterKey]any

func Key(name string) FilterKey { return FilterKey(name) }

func ExactMatch(value string) any { return value }
