import type { Input, Reply } from '#protocol/commands';
import { TOPIC_NAMES, type TopicName } from '#protocol/topics';
import type { Caller } from '#desk/entrance/door';

/** The two calls by which a screen steers its own stream. Without a stream they do nothing. */
export const streamHandlers = {
  'stream.ack': (input: Input<'stream.ack'>, caller: Caller): Reply<'stream.ack'> => {
    caller.stream()?.ack(input.number);
    return { ok: true, value: {} };
  },
  'stream.resync': (input: Input<'stream.resync'>, caller: Caller): Reply<'stream.resync'> => {
    caller.stream()?.resync(input.topics.filter(isTopicName));
    return { ok: true, value: {} };
  },
} as const;

export function isTopicName(name: unknown): name is TopicName {
  return (TOPIC_NAMES as readonly unknown[]).includes(name);
}
