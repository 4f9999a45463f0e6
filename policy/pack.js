// JavaScript, because Pulumi compiles a pack whose entry is TypeScript; what it imports runs as it is.
import { PolicyPack } from "@pulumi/policy";
import { rules } from "./policies.ts";
import { policyOf } from "./rule.ts";

new PolicyPack("bramble", { policies: rules.map(policyOf) });
