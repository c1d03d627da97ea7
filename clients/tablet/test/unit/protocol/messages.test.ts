import { expect, test } from 'vitest'
import { messageText } from '@/protocol/messages'

const texts = { 'message.left': { en: 'Only {days} days are left', ru: 'Осталось дней: {days}' } }

test('protocol §3.2: a message is said with what fills it in', () => {
  expect(messageText(texts, 'message.left {"days": "3"}')).toEqual({
    en: 'Only 3 days are left',
    ru: 'Осталось дней: 3',
  })
  expect(messageText(texts, 'message.unknown {"days": "3"}')).toBeUndefined()
})

test.each(['{"day": "3"}', 'three', '[]'])(
  "protocol §3.2: a plugin's slip, %s, leaves its text",
  (values) => {
    expect(messageText(texts, `message.left ${values}`)).toEqual(texts['message.left'])
  },
)
