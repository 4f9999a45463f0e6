// A Pulumi program of the DNS records alone, as index.ts registers them.
import { Config } from "@pulumi/pulumi";
import type { DnsRecordsArgs } from "../../components/dns/dnsRecords.ts";
import { cloudflareProvider, DnsRecords } from "../../components/dns/records.ts";

const config = new Config("test");
const providers = [cloudflareProvider(config.requireSecret("token"))];
new DnsRecords("dns-records", config.requireObject<DnsRecordsArgs>("records"), { providers });
