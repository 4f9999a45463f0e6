// flannel, the pod network.
export { flannelWorkload } from "./flannelWorkload.ts";
export { Flannel, type FlannelArgs } from "./network.ts";
