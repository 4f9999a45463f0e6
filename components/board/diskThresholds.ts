/**
 * Per cent that the kubelet keeps free of the file system with its own folder (`nodefs`), of that with the images
 * (`imagefs`), and of the former's inodes; below that it evicts pods and starts none. The kubelet's own defaults
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#hard-eviction-thresholds).
 */
export const diskThresholds = { nodefs: 10, imagefs: 15, inodes: 5 };
