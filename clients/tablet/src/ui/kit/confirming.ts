/** Asks the person a question and waits for his answer; `Confirm.vue` shows it. */
import { shallowRef } from 'vue'

export interface Question {
  title: string
  text?: string
  /** The answers in reading order; the value of the chosen one is returned. */
  answers: readonly { value: string; label: string; look?: 'primary' | 'plain' | 'quiet' | 'danger' }[]
}

interface Asked extends Question {
  answer: (value: string | null) => void
}

export const asked = shallowRef<Asked | null>(null)

/** Null when he closed the question without an answer. */
export function ask(question: Question): Promise<string | null> {
  asked.value?.answer(null)
  return new Promise((resolve) => {
    asked.value = {
      ...question,
      answer: (value) => {
        asked.value = null
        resolve(value)
      },
    }
  })
}
