// JavaScript, because Pulumi compiles a pack whose entry is TypeScript; what it imports runs as it is.
import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies.ts";

new PolicyPack("bramble", { policies: [...policies] });
